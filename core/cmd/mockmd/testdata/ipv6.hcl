# An instance in a subnet that has IPv6 only.

instance {
  account_id        = "123456789012"
  availability_zone = "us-gov-west-1b"
  ipv6_native       = true
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws-us-gov:iam::123456789012:role/app" }
    role "web" { arn = "arn:aws-us-gov:iam::123456789012:role/web" }
    sts { simulated = true }
  }
}
