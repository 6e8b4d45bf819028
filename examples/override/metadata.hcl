metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "instance" {} # serves meta-data, and in it services/domain

plugin "override" {
  command = ["./override"] # relative to this file

  config {
    domain = "localhost.localstack.cloud"
  }
}
