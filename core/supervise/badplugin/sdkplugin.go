//go:build unix

package badplugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/wire"
)

// sdkPlugin serves its pid, its environment and what it was restored with.
type sdkPlugin struct {
	mode      string
	restored  string
	host      sdk.Host
	published atomic.Bool
	taken     [][]byte
}

func (p *sdkPlugin) Mounts() []string {
	p.hang("describe")
	return []string{"test"}
}

// hang never returns in the mode that says so.
func (p *sdkPlugin) hang(where string) {
	if p.mode == "hangs in "+where {
		select {}
	}
}

func (p *sdkPlugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	p.hang("tree")
	p.published.Store(true)
	env := os.Environ()
	slices.Sort(env)
	return sdk.Tree{
		"test/pid":      sdk.Text(fmt.Sprint(os.Getpid())),
		"test/env":      sdk.Text(strings.Join(env, "\n")),
		"test/restored": sdk.Text(p.restored),
		"test/live": sdk.Live{Resolve: func(_ context.Context, r *sdk.Request) (sdk.Leaf, error) {
			p.hang("resolve")
			switch r.Path {
			case "test/live":
			case "test/live/crash":
				os.Exit(3)
			case "test/live/huge":
				return sdk.Text(strings.Repeat("x", wire.MaxTree)), nil
			default:
				return sdk.Leaf{}, sdk.ErrNotFound
			}
			return sdk.Text(fmt.Sprintf("%d %s %s", os.Getpid(), r.Version, r.Client)), nil
		}, Subtree: true},
	}, nil
}

func (p *sdkPlugin) Configure(_ context.Context, c *sdk.Config) error {
	p.host = c.Host
	p.hang("configure")
	var v struct {
		Row int `hcl:"row,optional"`
	}
	return c.Decode(&v)
}

func (p *sdkPlugin) Restore(_ context.Context, checkpoint []byte) error {
	p.hang("restore")
	p.restored = string(checkpoint)
	return nil
}

func (p *sdkPlugin) Run(ctx context.Context, h sdk.Host) error {
	switch p.mode {
	case "checkpoint":
		if p.restored == "" {
			if err := h.Checkpoint([]byte("kept")); err != nil {
				return err
			}
		}
	case "last words":
		<-ctx.Done()
		return h.Checkpoint([]byte("last words"))
	case "deaf", "ignores SIGTERM":
		<-ctx.Done()
		select {} // never returns
	case "floods stdout":
		flood(ctx, os.Stdout.Write)
	case "floods stderr":
		flood(ctx, func(b []byte) (int, error) { return syscall.Write(2, b) })
	case "floods stdout past the SDK":
		flood(ctx, func(b []byte) (int, error) { return syscall.Write(1, b) })
	case "takes memory":
		for ctx.Err() == nil {
			p.taken = append(p.taken, bytes.Repeat([]byte("x"), 16<<20))
		}
	case "crashes when ready":
		for !p.published.Load() {
			time.Sleep(time.Millisecond) // nothing tells of it
		}
		os.Exit(3)
	case "gives up":
		return errors.New("no more")
	}
	<-ctx.Done()
	return nil
}

func (p *sdkPlugin) Actions() []sdk.Action {
	return []sdk.Action{{Name: "test/act", Do: func(_ context.Context, body []byte) ([]byte, error) {
		p.hang("act")
		switch string(body) {
		case "bad":
			return nil, sdk.Invalid("not this one")
		case "print":
			fmt.Println("to stdout")
			fmt.Fprintln(os.Stderr, "to stderr")
		case "print past the SDK": // as a program does that the plugin starts
			if _, err := syscall.Write(1, []byte("stray\n\x1b[2Jclear")); err != nil {
				return nil, err
			}
		case "crash":
			os.Exit(3)
		case "again":
			p.host.Changed()
		case "panic":
			panic("on purpose")
		}
		return []byte("done"), p.host.Checkpoint(body)
	}}}
}

// flood prints line after line until ctx ends.
func flood(ctx context.Context, write func([]byte) (int, error)) {
	line := []byte(strings.Repeat("spam ", 20) + "\n")
	for ctx.Err() == nil {
		if _, err := write(line); err != nil {
			panic(err)
		}
	}
}
