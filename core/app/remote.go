package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mockmd/mockmd/core/admin"
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
	file, r := read(o)
	if r.diags.HasErrors() {
		return nil, errors.Join(ErrConfiguration, r.write(o.Stderr))
	}
	if o.AdminAddress != "" {
		return adminclient.At(o.AdminAddress, o.CAFile, &file.Admin)
	}
	return adminclient.New(&file.Admin, o.CAFile)
}

// Reload has the mockmd that runs with the configuration take it in anew, and
// prints what became of it. The errors are as those of [Ask];
// [ErrConfiguration] says that all goes on as before.
func Reload(ctx context.Context, o Options) error {
	r, body, err := remote(&o, func(c *adminclient.Client) ([]byte, error) {
		a, err := c.Submit(ctx, "reload")
		if err == nil && a.Status != http.StatusUnprocessableEntity { // which tells what became of it too
			err = c.Refusal(a)
		}
		return a.Body, err
	})
	if err != nil {
		return err
	}
	var told admin.Reload
	if err := json.Unmarshal(body, &told); err != nil || told.Path == "" {
		return errors.New("what answers on the admin address does not say what became of the reload: is it another program?")
	}
	if o.JSON {
		_, err = fmt.Fprintf(o.Stdout, "%s\n", body)
	} else {
		err = tellReload(&o, &told, r.sources)
	}
	if !told.Reloaded {
		err = errors.Join(ErrConfiguration, err)
	}
	return err
}

// tellReload prints for people. The lines of source come from the file that
// the caller can read.
func tellReload(o *Options, told *admin.Reload, sources *config.Sources) error {
	diags := config.Diagnostics(told.Diagnostics)
	for _, d := range diags {
		if d.Subject != nil && d.Subject.Filename == told.Path {
			d.Subject.Filename = o.ConfigPath
		}
	}
	if err := sources.Write(o.Stderr, diags, false, 0); err != nil {
		return err
	}
	if !told.Reloaded {
		fmt.Fprintln(o.Stderr, "mockmd: the configuration is not taken in; all goes on as before")
		return nil
	}
	fmt.Fprintf(o.Stdout, "%s is served now\n", o.ConfigPath)
	for _, line := range []struct {
		word  string
		names []string
	}{{"kept", told.Kept}, {"replaced", told.Replaced}, {"added", told.Added}, {"removed", told.Removed}} {
		if len(line.names) > 0 {
			fmt.Fprintf(o.Stdout, "  %-9s %s\n", line.word, strings.Join(line.names, ", "))
		}
	}
	return nil
}

// Plugins returns what the mockmd that runs with the configuration runs, as
// decoded and as it was sent. The errors are as those of [Ask].
func Plugins(ctx context.Context, o Options) (*admin.Overview, []byte, error) {
	_, body, err := remote(&o, func(c *adminclient.Client) ([]byte, error) { return c.Get(ctx, "plugins") })
	if err != nil {
		return nil, nil, err
	}
	var told admin.Overview
	if err := json.Unmarshal(body, &told); err != nil || told.Path == "" {
		return nil, nil, errors.New("what answers on the admin address does not say what runs: is it another program?")
	}
	return &told, body, nil
}

// remote asks the mockmd that runs with a configuration. That may have errors:
// the running one is of before them.
func remote(o *Options, ask func(*adminclient.Client) ([]byte, error)) (*report, []byte, error) {
	file, r := read(o)
	if file == nil && o.AdminAddress == "" {
		return nil, nil, errors.Join(ErrConfiguration, r.write(o.Stderr))
	}
	var where config.Admin
	if file != nil {
		where = file.Admin
	}
	c, err := adminclient.New(&where, o.CAFile)
	if o.AdminAddress != "" {
		c, err = adminclient.At(o.AdminAddress, o.CAFile, &where)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w, or say with -admin where it is", err)
	}
	body, err := ask(c)
	if errors.Is(err, adminclient.ErrNobody) && r.diags.HasErrors() { // they may be why it is looked for there
		err = errors.Join(err, r.write(o.Stderr))
	}
	return r, body, err
}
