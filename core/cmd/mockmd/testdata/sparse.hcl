# An instance that has nothing that an instance need not have.

instance {
  account_id = "123456789012"
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    role "web" { arn = "arn:aws:iam::123456789012:role/web" }
    sts { simulated = true }
  }
}
