metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "counter" {
  command = ["./counter"] # relative to this file

  config {
    start    = 100
    every_ms = 1000
  }
}
