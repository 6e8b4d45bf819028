# An instance that has everything an instance can have at once: with the ones
# in cards.hcl, sparse.hcl and ipv6.hcl every condition of the categories is met.

instance {
  account_id         = "123456789012"
  ami                = "ami-0abcdef1234567890"
  ami_launch_index   = 3
  ami_manifest_path  = "images/base.manifest.xml"
  ancestor_ami_ids   = ["ami-11111111", "ami-22222222"]
  product_codes      = ["3iplms73etrdhxdepv72l6ywj"]
  kernel_id          = "aki-5c21674b"
  ramdisk_id         = "ari-01bb5768"
  hypervisor         = "xen"
  instance_type      = "m1.small"
  availability_zone  = "ap-northeast-2a"
  monitoring         = true
  hibernation        = true
  outpost_arn        = "arn:aws:outposts:ap-northeast-2:123456789012:outpost/op-0123456789abcdef0"

  tenancy                    = "host"
  host_id                    = "h-0da999999f9999fb9"
  placement_group            = "blue"
  placement_partition_number = 2

  iam_instance_profile = "app"
  key_name             = "web-key"
  public_key           = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPh76RT/S6lZURSX++I8I3gO20/v4SSt5v/l3n1KUMey"
  user_data_base64     = base64gzip("#cloud-config\nfinal_message: hello\n")

  tags = {
    Name        = "web-1"
    Environment = "test"
    Empty       = ""
  }

  instance_market_options {
    market_type = "spot"
    spot_options { instance_interruption_behavior = "terminate" }
  }

  root_block_device { device_name = "/dev/sda1" }
  ebs_block_device { device_name = "/dev/sdf" }
  ebs_block_device { device_name = "sdg" }
  ephemeral_block_device {
    device_name  = "sdb"
    virtual_name = "ephemeral0"
  }
  ephemeral_block_device {
    device_name  = "sda3"
    virtual_name = "swap"
  }

  elastic_gpu_specifications { type = "eg1.medium" }
  elastic_inference_accelerator { type = "eia1.medium" }

  vpc_cidr_block       = "10.222.0.0/16"
  vpc_ipv6_cidr_blocks = ["2600:1f16:67f:f200::/56"]

  network_interface {
    device_index            = 0
    mac_address            = "02:44:59:b9:cd:0e"
    subnet_cidr_block      = "10.222.0.0/24"
    subnet_ipv6_cidr_blocks = ["2600:1f16:67f:f201::/64"]
    private_ips            = ["10.222.0.95", "10.222.0.96"]
    ipv6_addresses         = ["2600:1f16:67f:f201:8d2e:4d1f:9e80:4ab9"]
    ipv4_prefixes          = ["10.222.0.16/28"]
    ipv6_prefixes          = ["2600:1f16:67f:f201:1::/80"]
    security_groups        = ["default", "web"]
    association {
      public_ip = "13.124.244.199"
    }
    association {
      public_ip  = "13.124.244.200"
      private_ip = "10.222.0.96"
    }
  }
  network_interface {
    device_index       = 1
    mac_address        = "02:44:59:b9:cd:0f"
    subnet_cidr_block  = "10.222.1.0/24"
    private_ips        = ["10.222.1.7"]
  }

  metadata_options {
    instance_metadata_tags = "enabled"
  }
}

plugin "instance" {
  config {
    managed_ssh_keys {
      signer_cert = <<-PEM
        -----BEGIN CERTIFICATE-----
        MIIByjCCAXGgAwIBAgIUBwnOzBePqINxZeA72DgJMAp8qOMwCgYIKoZIzj0EAwIw
        OjE4MDYGA1UEAwwvbWFuYWdlZC1zc2gtc2lnbmVyLmFwLW5vcnRoZWFzdC0yLmFt
        YXpvbmF3cy5jb20wIBcNMjYxMTI0MDAyNTEzWhgPMjEyNjEwMzEwMDI1MTNaMDox
        ODA2BgNVBAMML21hbmFnZWQtc3NoLXNpZ25lci5hcC1ub3J0aGVhc3QtMi5hbWF6
        b25hd3MuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsO1nTCfswxbF6xa3
        nnAqtJVwggjvvylfW98eWffdRHQInVSGag2z7hp/F1x5hA8H3vgGr94jLu2TNE79
        QakK/aNTMFEwHQYDVR0OBBYEFGxduhAOjoQ4k0cj/JBeZ0jROYFvMB8GA1UdIwQY
        MBaAFGxduhAOjoQ4k0cj/JBeZ0jROYFvMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
        zj0EAwIDRwAwRAIgRB7CdZ9TRx8dun+Y/cfHtqwY6tY7Jn/DDVxNLgDNQgQCIBrE
        fa5ULb0rYGSYYj0cvqIlD1DGSaS+PQ21ZPlwgU+T
        -----END CERTIFICATE-----
      PEM
      signer_ocsp = { "0123456789abcdef" = "MIIBAgMEBQ==" }
      active_keys = { "ec2-user" = "#Timestamp=1\n" }
    }
  }
}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}

plugin "events" {
  config {
    spot_interruption {}
    rebalance_recommendation {}
    autoscaling {
      target_lifecycle_state = "InService"
    }
  }
}

plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    ecs "1" {
      task "0123456789abcdef0123456789abcdef-TaskApplication" { role = "app" }
    }
    sts { simulated = true }
  }
}
