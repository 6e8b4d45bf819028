package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/mockmd/mockmd/core/internal/program"
)

// configuration is the text of a metadata.hcl, and where it has mockmd listen.
type configuration struct {
	text, metadata, admin string
	unheard               bool // what mockmd says is thrown away: it says much
}

// shipped returns the configuration that mockmd comes with, with all built-in
// plugins, moved to free ports of loopback.
func (b *bench) shipped(ctx context.Context, keep bool) (configuration, error) {
	text, err := os.ReadFile(b.config)
	if err != nil {
		return configuration{}, err
	}
	var free [3]string
	for i := range free {
		if free[i], err = program.FreeAddress(ctx, "127.0.0.1"); err != nil {
			return configuration{}, err
		}
	}
	c := configuration{text: string(text), metadata: free[0], admin: free[1]}
	for _, change := range [][2]string{
		{`address = "127.0.0.1:1338"`, fmt.Sprintf("address = %q\n  keep_alive = %v", c.metadata, keep)},
		{`address = ":8998"`, fmt.Sprintf("address = %q", c.admin)},
		{`address   = "127.0.0.1:1339"`, fmt.Sprintf("address = %q", free[2])},
	} {
		if strings.Count(c.text, change[0]) != 1 {
			return c, fmt.Errorf("%s has not one line with %s, which bench has to change", b.config, change[0])
		}
		c.text = strings.Replace(c.text, change[0], change[1], 1)
	}
	return c, nil
}

// quiet has mockmd log errors alone: the default is a line for each read of
// credentials, which servers without an audit log do not write.
func (c configuration) quiet() configuration {
	c.text += "\nlog { level = \"error\" }\n"
	return c
}

// own returns a configuration with an address of loopback for each listener,
// errors alone in the log, and the rest as given.
func own(ctx context.Context, rest string) (configuration, error) {
	var c configuration
	var err error
	if c.metadata, err = program.FreeAddress(ctx, "127.0.0.1"); err != nil {
		return c, err
	}
	if c.admin, err = program.FreeAddress(ctx, "127.0.0.1"); err != nil {
		return c, err
	}
	c.text = fmt.Sprintf("metadata { address = %q }\nadmin { address = %q }\nlog { level = \"error\" }\n", c.metadata, c.admin) + rest
	return c, nil
}
