metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "vault-like" {
  command = ["./vault-like"] # relative to this file

  timeouts {
    resolve = "2s" # how long a client waits for the upstream
  }

  config {
    address    = "http://127.0.0.1:8200"
    token_file = "token.txt" # relative to this file
  }
}
