# An instance of a type that has several network cards.

instance {
  account_id    = "123456789012"
  instance_type = "p5.48xlarge"

  network_interface {
    network_card_index = 1
  }
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {}
plugin "iam" {
  config {
    identity_role { arn = "arn:aws:iam::123456789012:role/identity" }
    sts { simulated = true }
  }
}
