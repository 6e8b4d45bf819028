package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/supervise"
)

// Validate checks the configuration, the plugins' parts included, and prints
// what is wrong with it. Nothing listens and no plugin is run.
func Validate(ctx context.Context, o Options) error {
	c, err := load(ctx, &o)
	if err != nil {
		return err
	}
	c.plugins.close()
	fmt.Fprintf(o.Stdout, "%s is valid: instance %s, %d plugins\n", o.ConfigPath, c.file.Instance.Facts.ID, len(c.file.Plugins))
	return nil
}

// Run serves what the configuration says until ctx ends, and then stops in
// order: the listeners finish what they have begun, then the plugins end. The
// errors are [ErrConfiguration], [*UsageError], [*AddressError] and failures
// of a listener.
func Run(ctx context.Context, o Options) error {
	c, err := load(ctx, &o)
	if errors.Is(err, context.Canceled) {
		return nil // asked to stop before it began
	}
	if err != nil {
		return err
	}
	s, err := newService(ctx, c)
	if err != nil {
		c.plugins.close()
		return err
	}
	s.summary(o.Stdout, o.Version)
	return s.run(ctx)
}

// loaded is a configuration that has been accepted, with its plugins started
// and configured.
type loaded struct {
	file    *config.File
	log     hclog.Logger
	plugins *plugins
	token   []byte // of the admin listener; nil when there is none
}

// load reads and checks the configuration and prints what there is to say. On
// an error nothing is left running.
func load(ctx context.Context, o *Options) (*loaded, error) {
	file, sources, diags := config.Load(o.ConfigPath, config.Options{Builtins: names(o), LookupEnv: lookup(o.Environ)})
	c := &loaded{file: file, plugins: &plugins{}}
	var err error
	if file != nil {
		if c.log, err = newLog(o, file.Log, o.Stderr); err != nil && !diags.HasErrors() {
			return nil, err
		}
		if c.log == nil {
			c.log = hclog.NewNullLogger() // the level itself is what is wrong
		}
		var found hcl.Diagnostics
		c.token, found = readToken(&file.Admin)
		diags = append(diags, found...)
		socketDir, err := supervise.PrepareSocketDir("")
		if err != nil {
			return nil, err
		}
		c.plugins, found = startPlugins(ctx, o, file, c.log, socketDir)
		diags = append(diags, config.Filter(diags, found)...)
	}
	if ctx.Err() != nil { // stopped meanwhile: what failed because of it is no news
		c.plugins.close()
		return nil, ctx.Err()
	}
	if len(diags) > 0 {
		err = sources.Write(o.Stderr, diags, false, 0)
	}
	if diags.HasErrors() || file == nil {
		err = errors.Join(ErrConfiguration, err)
	}
	if err != nil {
		c.plugins.close()
		return nil, err
	}
	return c, nil
}

// names lists the built-ins.
func names(o *Options) []string {
	out := make([]string, len(o.Builtins))
	for i, b := range o.Builtins {
		out[i] = b.Name
	}
	return out
}

// readToken reads the admin listener's bearer token.
func readToken(a *config.Admin) ([]byte, hcl.Diagnostics) {
	if a.TokenFile == "" {
		return nil, nil
	}
	token, err := admin.ReadTokenFile(a.TokenFile)
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Invalid token file", Detail: sentence(err), Subject: &a.TokenFileRange}}
	}
	return token, nil
}

// lookup reads one variable of an environment.
func lookup(environ []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, kv := range environ {
			if k, v, ok := strings.Cut(kv, "="); ok && k == name {
				return v, true
			}
		}
		return "", false
	}
}
