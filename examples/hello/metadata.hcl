metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "hello" {
  command = ["./hello"] # relative to this file
}
