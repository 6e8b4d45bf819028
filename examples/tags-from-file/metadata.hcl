metadata { address = "127.0.0.1:1338" }
admin    { address = "127.0.0.1:8998" }

plugin "instance" {} # serves all of meta-data but what has a longer mount

plugin "tags-from-file" {
  command = ["./tags-from-file"] # relative to this file

  config {
    file = "tags.txt" # relative to this file
  }
}
