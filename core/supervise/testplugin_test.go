//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/sdk"
)

// modeEnv tells the test binary which plugin to be.
const modeEnv = "MOCKMD_TEST_MODE"

// grandchildEnv is how the plugin tells the process that it has forked.
const grandchildEnv = "MOCKMD_TEST_GRANDCHILD"

// launchCommand is how the test binary is told to become a plugin under limits.
const launchCommand = "become"

// reaper is that of the test process, which is one core for all tests.
var reaper *Reaper

// TestMain is the plugin when the supervisor under test starts the test binary
// as one, and runs the tests otherwise.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == launchCommand {
		fmt.Fprintln(os.Stderr, confine.Become(os.Args[2], os.Args[3:]))
		os.Exit(confine.CannotRun)
	}
	if mode := os.Getenv(modeEnv); mode != "" {
		bePlugin(mode)
		return
	}
	var err error
	if reaper, err = NewReaper(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func bePlugin(mode string) {
	switch mode {
	case "exit":
		fmt.Fprintln(os.Stderr, "cannot open the rack")
		os.Exit(7)
	case "garbage":
		fmt.Println("hello, I am no plugin")
		select {}
	case "silent":
		select {}
	case "version":
		fmt.Println("1|99|unix|/nowhere|grpc")
		select {}
	case "grandchild":
		// Leaves the process group and keeps the pipes open.
		cmd := exec.Command("sleep", "600")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		if err := os.Setenv(grandchildEnv, fmt.Sprint(cmd.Process.Pid)); err != nil {
			panic(err)
		}
	}
	sdk.Serve(&testPlugin{mode: mode})
}

// testPlugin serves its pid, its environment and what it was restored with.
type testPlugin struct {
	mode     string
	restored string
	host     sdk.Host
}

func (p *testPlugin) Mounts() []string { return []string{"test"} }

func (p *testPlugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	env := os.Environ()
	slices.Sort(env)
	return sdk.Tree{
		"test/pid":      sdk.Text(fmt.Sprint(os.Getpid())),
		"test/env":      sdk.Text(strings.Join(env, "\n")),
		"test/restored": sdk.Text(p.restored),
		"test/live": sdk.Live{Resolve: func(_ context.Context, r *sdk.Request) (sdk.Leaf, error) {
			if r.Path != "test/live" {
				return sdk.Leaf{}, sdk.ErrNotFound
			}
			return sdk.Text(fmt.Sprintf("%d %s %s", os.Getpid(), r.Version, r.Client)), nil
		}, Subtree: true},
	}, nil
}

func (p *testPlugin) Configure(_ context.Context, c *sdk.Config) error {
	p.host = c.Host
	var v struct {
		Row int `hcl:"row,optional"`
	}
	return c.Decode(&v)
}

func (p *testPlugin) Restore(_ context.Context, checkpoint []byte) error {
	p.restored = string(checkpoint)
	return nil
}

func (p *testPlugin) Run(ctx context.Context, h sdk.Host) error {
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
	case "deaf":
		<-ctx.Done()
		select {} // never returns
	case "gives up":
		return errors.New("no more")
	}
	<-ctx.Done()
	return nil
}

func (p *testPlugin) Actions() []sdk.Action {
	return []sdk.Action{{Name: "test/act", Do: func(_ context.Context, body []byte) ([]byte, error) {
		switch string(body) {
		case "bad":
			return nil, sdk.Invalid("not this one")
		case "print":
			fmt.Println("to stdout")
			fmt.Fprintln(os.Stderr, "to stderr")
		case "again":
			p.host.Changed()
		case "panic":
			panic("on purpose")
		}
		return []byte("done"), p.host.Checkpoint(body)
	}}}
}
