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
	file, sources, diags := config.Load(o.ConfigPath, config.Options{Builtins: names(&o), LookupEnv: lookup(o.Environ)})
	if diags.HasErrors() {
		return nil, errors.Join(ErrConfiguration, sources.Write(o.Stderr, diags, false, 0))
	}
	c, err := adminclient.New(&file.Admin)
	if err != nil {
		return nil, err
	}
	return c.Get(ctx, action)
}
