# The host that real clients read at 169.254.169.254.

instance {
  id                   = "i-0123456789abcdef0"
  account_id           = "123456789012"
  availability_zone    = "eu-west-1b"
  iam_instance_profile = "app"
  key_name             = "web-key"
  public_key           = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPh76RT/S6lZURSX++I8I3gO20/v4SSt5v/l3n1KUMey web-key"
  user_data            = "#cloud-config\n{}\n"
  tags                 = { Name = "web-1", Stage = "test" }

  ebs_block_device { device_name = "/dev/sdf" }

  network_interface {
    mac_address       = "02:44:59:b9:cd:0e"
    subnet_cidr_block = "10.0.1.0/24"
    private_ips       = ["10.0.1.7", "10.0.1.8"]
    association { public_ip = "52.17.1.2" }
  }

  metadata_options {
    http_protocol_ipv6     = "enabled"
    instance_metadata_tags = "enabled"
  }
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts { simulated = true }
  }
}
