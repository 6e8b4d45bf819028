// Command counter is a plugin that counts in the background and republishes.
package main

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

func main() { sdk.Serve(&counter{}) }

type counter struct {
	config struct {
		Start int64 `hcl:"start,optional" doc:"The first count." default:"0"`
		Every int64 `hcl:"every_ms" doc:"How long each count stays, in milliseconds." example:"1000"`
	}
	n atomic.Int64
}

func (*counter) Mounts() []string { return []string{"meta-data/count"} }

func (c *counter) Options() any { return c.config }

func (c *counter) Configure(_ context.Context, given *sdk.Config) error {
	diags := given.Decode(&c.config)
	c.n.Store(c.config.Start)
	if !diags.HasErrors() && c.config.Every < 1 {
		at := given.Body.Attributes["every_ms"].Expr.Range()
		diags = append(diags, sdk.Errorf(at, "Too fast a counter", "A count stays at least 1 ms."))
	}
	return diags
}

// Run works until ctx ends; Changed has Tree called again.
func (c *counter) Run(ctx context.Context, host sdk.Host) error {
	tick := time.NewTicker(time.Duration(c.config.Every) * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			c.n.Add(1)
			host.Changed()
		}
	}
}

func (c *counter) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/count": sdk.Text(strconv.FormatInt(c.n.Load(), 10))}, nil
}
