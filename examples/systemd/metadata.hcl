# As a service: systemd opens the sockets, so the addresses here are only for
# those who read it, and for `mockmd status`.
metadata { address = "127.0.0.1:1338" }

admin {
  address = "127.0.0.1:8998"
  # socket = "/run/mockmd/admin.sock"   # where `mockmd status` asks first
}

log { format = "json" }

instance {
  account_id           = "123456789012"
  availability_zone    = "eu-central-1a"
  iam_instance_profile = "app"
  metadata_options { http_tokens = "required" }
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "iam" {
  config {
    state_file = "credentials.json" # in /var/lib/mockmd

    role "app" {
      arn          = "arn:aws:iam::${instance.account_id}:role/app"
      session_name = instance.id
    }

    sts { simulated = true } # remove this line to use AWS
  }
}
