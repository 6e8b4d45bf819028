package app

import (
	"context"
	"errors"

	"github.com/mockmd/mockmd/core/adminclient"
	"github.com/mockmd/mockmd/core/config"
)

// Ask reads an action from the mockmd that runs with the configuration, by its
// admin listener. No plugin is started here. The errors are
// [ErrConfiguration] and failures of the request, which are for people.
func Ask(ctx context.Context, o Options, action string) ([]byte, error) {
	c, err := client(&o)
	if err != nil {
		return nil, err
	}
	return c.Get(ctx, action)
}

// client is one for the admin listener of the configuration.
func client(o *Options) (*adminclient.Client, error) {
	file, sources, diags := config.Load(o.ConfigPath, config.Options{Builtins: names(o), LookupEnv: lookup(o.Environ)})
	if diags.HasErrors() {
		return nil, errors.Join(ErrConfiguration, sources.Write(o.Stderr, diags, false, 0))
	}
	return adminclient.New(&file.Admin)
}
