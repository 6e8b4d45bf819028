package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mockmd/mockmd/core/internal/program"
)

const (
	account   = "123456789012"
	arnPrefix = "arn:aws:iam::" + account + ":role/"
	// sessionLife is how long the simulated STS lets sessions live, in
	// seconds: short, so that many end while they cannot be renewed.
	sessionLife = 40
	// awayAddress is on the interface that comes and goes.
	awayAddress = "10.77.0.1"
	// webClients are the networks' addresses whose clients are instances of
	// their own.
	webClients = "127.0.7.0/29"
)

// addresses are where everything listens.
type addresses struct {
	main, db, away, admin     string // away is empty without a network namespace
	proxy                     string
	sts, stsAdmin, stsIgnored string
}

func findAddresses(ctx context.Context) (addresses, error) {
	var a addresses
	for _, p := range []*string{&a.main, &a.db, &a.admin, &a.proxy, &a.sts, &a.stsAdmin, &a.stsIgnored} {
		var err error
		if *p, err = program.FreeAddress(ctx, "127.0.0.1"); err != nil {
			return a, err
		}
	}
	if namespaces() {
		a.away = awayAddress + ":8080"
	}
	return a, nil
}

// stsConfig is that of the mockmd whose simulated STS is used.
func (a *addresses) stsConfig() string {
	return fmt.Sprintf(`
metadata { address = %q }
admin    { address = %q }
log      { level = "warn" }
instance {
  account_id        = %q
  availability_zone = "us-east-1a"
}
plugin "iam" {
  config {
    role "unused" { arn = %q }
    sts {
      simulated      = true
      auto_bootstrap = false
      lifetime       = "%ds"
      address        = %q
    }
  }
}
`, a.stsIgnored, a.stsAdmin, account, arnPrefix+"unused", sessionLife, a.sts)
}

// facts are what reloads change. Each is a number that goes up.
type facts struct{ number, name, tag int }

// config is that of the mockmd that is soaked.
func (a *addresses) config(f facts, counter string) string {
	away := ""
	if a.away != "" {
		away = fmt.Sprintf("metadata \"away\" {\n  address  = %q\n  instance = \"db\"\n}\n", a.away)
	}
	return strings.NewReplacer("MAIN", a.main, "DB", a.db, "AWAY", away, "ADMIN", a.admin, "PROXY", a.proxy,
		"NUMBER", fmt.Sprint("n", f.number), "NAME", fmt.Sprint("web-", f.name), "TAG", fmt.Sprint("g", f.tag),
		"COUNTER", counter, "ROLE/", arnPrefix, "ACCOUNT", account, "CLIENTS", webClients).Replace(soakedConfig)
}

const soakedConfig = `
seed = "soak"
log { level = "info" }
metadata {
  address    = "MAIN"
  keep_alive = true
}
metadata "db" {
  address  = "DB"
  instance = "db"
}
AWAY
admin { address = "ADMIN" }

instance {
  account_id           = "ACCOUNT"
  instance_type        = "m5.large"
  availability_zone    = "us-east-1a"
  iam_instance_profile = "app"
  private_ip           = "172.31.5.6"
  user_data            = "#!/bin/sh\necho soak\n"
  tags                 = { Name = "NAME" }
  metadata_options { instance_metadata_tags = "enabled" }
}
instance "db" {
  account_id           = "ACCOUNT"
  instance_type        = "r5.xlarge"
  availability_zone    = "us-east-1b"
  iam_instance_profile = "web"
}
instance "web" {
  for_each             = cidrhosts("CLIENTS")
  match                = [each.key]
  account_id           = "ACCOUNT"
  instance_type        = "t3.small"
  availability_zone    = "us-east-1c"
  iam_instance_profile = "web"
}

plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {
  config {
    maintenance "reboot" { code = "system-reboot" }
  }
}
plugin "static" {
  config {
    values = {
      "meta-data/number" = "NUMBER"
      "meta-data/rack"   = "7"
    }
  }
}
plugin "counter" {
  command = ["COUNTER"]
  config {
    start    = 100
    every_ms = 500
  }
}
plugin "iam" {
  config {
    bootstrap {}
    role "app" {
      arn          = "ROLE/app"
      session_name = "$${instance.id}"
      tags         = { Generation = "TAG" }
    }
    role "web" {
      arn          = "ROLE/web"
      session_name = "$${instance.id}"
    }
    identity_role { arn = "ROLE/identity" }
    sts { endpoint = "http://PROXY" }
    state_file = "credentials.json"
  }
}
`

// pluginNames are all plugins of the configuration.
var pluginNames = []string{"instance", "network", "placement", "identity", "events", "static", "counter", "iam"}
