# What `mockmd -config metadata.hcl` serves. As it stands it runs anywhere,
# without privileges and without an AWS account. All values can be changed.

# The metadata listener. Without this block it is 169.254.169.254:80, the real
# address, which every AWS SDK finds by itself.
metadata {
  address = "127.0.0.1:1338"

  # allowed_clients = ["172.17.0.0/16"]   # who may ask besides this host
  # allowed_hosts   = ["metadata.local"]  # Host names besides this host's own
  # omit            = ["meta-data/public-ipv4"] # paths that shall not be served
  # ipv6_address    = "[::1]:1338"        # with http_protocol_ipv6 below
  # instance        = "web"               # for all clients, instead of by address
}

# The admin listener: /status, /bootstrap/creds, /healthz and /readyz. Without
# this block it is :8998. Other hosts may only read the status, unless they
# have the token in token_file.
admin {
  address = ":8998"

  # token_file = "admin.token"
  # socket     = "admin.sock"       # a Unix socket as well
  # tls { ... }                     # certificate_file and key_file
}

# Started as root, mockmd becomes this user before any plugin is started.
# user = "mockmd"

# The instance that programs believe to run on, in the words of Terraform's
# aws_instance. What is left out is derived from the seed, so the same file
# always gives the same instance.
instance {
  account_id           = "123456789012"
  instance_type        = "m5.large"
  availability_zone    = "us-east-1a"
  iam_instance_profile = "app"
  user_data            = "#!/bin/sh\necho hello\n"
  tags                 = { Name = "web-1" }

  # key_name   = "me"
  # public_key = file("id_ed25519.pub")

  # private_ip = "10.0.1.7"
  # public_ip  = "52.17.1.2"
  # network_interface { ... }                 # as many as there are
  # instance_market_options { ... }           # market_type = "spot"

  metadata_options {
    http_tokens            = "optional" # "required" refuses IMDSv1
    instance_metadata_tags = "enabled"
  }
}

# One more instance, for the clients that match. It inherits nothing; instance
# is the one above.
# instance "web" {
#   match      = ["127.0.1.0/24"]
#   account_id = instance.account_id
# }

# Only plugins with a block run. plugins/README.md lists every path.
plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}

# What happens to the instance, at a time or after a delay.
plugin "events" {
  config {
    # spot_interruption { after = "5m" } # a Spot Instance only
  }
}

# Any path of your own.
plugin "static" {
  config {
    values = { "meta-data/hello" = "world" }
  }
}

plugin "iam" {
  config {
    role "app" {
      arn          = "arn:aws:iam::${instance.account_id}:role/app"
      session_name = instance.id
    }

    # Where credentials come from, the first that works. Without a source
    # mockmd waits for bootstrap credentials on the admin listener.
    # default_chain { profile = "dev" }
    # bootstrap {}

    # state_file = "credentials.json"  # a restart goes on with them

    # A simulation of AWS STS, so that credentials work without an account.
    # Remove this block to use AWS.
    sts {
      simulated = true
      lifetime  = "1h"
      address   = "127.0.0.1:1339"
    }
  }
}
