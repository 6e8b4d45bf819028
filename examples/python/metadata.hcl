metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "rack" {
  command = ["./main.py"] # relative to this file

  config {
    row = 7
  }
}
