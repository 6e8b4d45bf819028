//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/wire"
)

// modeEnv tells the test binary which plugin to be.
const modeEnv = "MOCKMD_TEST_MODE"

// grandchildEnv is how the plugin tells the process that it has forked.
const grandchildEnv = "MOCKMD_TEST_GRANDCHILD"

// onLinux: there is /proc, and there are subreapers.
const onLinux = runtime.GOOS == "linux"

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
		fmt.Println("hello, \x1b[31mI am no plugin")
		select {}
	case "endless line":
		for {
			fmt.Print(strings.Repeat("x", 1<<10))
		}
	case "silent":
		select {}
	case "half a handshake":
		fmt.Print("1|1|unix|/tmp/")
		os.Exit(1)
	case "newer contract":
		fmt.Println("1|99|unix|/nowhere|grpc")
		select {}
	case "older contract":
		fmt.Println("1|0|unix|/nowhere|grpc")
		select {}
	case "newer handshake":
		fmt.Println("2|1|unix|/nowhere|grpc")
		select {}
	case "net/rpc":
		fmt.Println("1|1|unix|/nowhere|netrpc")
		select {}
	case "nobody listens":
		fmt.Println("1|1|unix|/nowhere|grpc")
		select {}
	case "child":
		// Leaves the process group and keeps the pipes open.
		grandchild(exec.Command("sleep", "600"), &syscall.SysProcAttr{Setsid: true})
	case "orphan":
		// Its parent dies at once, and it has a session of its own.
		grandchild(exec.Command("sh", "-c", "sleep 600 & echo $!"), &syscall.SysProcAttr{Setsid: true})
	case "ignores SIGTERM":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	}
	if raw, ok := strings.CutPrefix(mode, rawPrefix); ok {
		serveRaw(raw)
		return
	}
	sdk.Serve(&testPlugin{mode: mode})
}

// grandchild starts a process and keeps its pid in the environment; where it
// prints a pid, that one.
func grandchild(cmd *exec.Cmd, attr *syscall.SysProcAttr) {
	cmd.SysProcAttr = attr
	var pid string
	if cmd.Args[0] == "sh" {
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err == nil {
			_, err = fmt.Fscan(out, &pid) // not to the end, which the grandchild keeps open
		}
		if err == nil {
			err = cmd.Process.Release()
		}
		if err != nil {
			panic(err)
		}
	} else {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		pid = fmt.Sprint(cmd.Process.Pid)
	}
	if err := os.Setenv(grandchildEnv, pid); err != nil {
		panic(err)
	}
}

// testPlugin serves its pid, its environment and what it was restored with.
type testPlugin struct {
	mode     string
	restored string
	host     sdk.Host
}

func (p *testPlugin) Mounts() []string {
	p.hang("describe")
	return []string{"test"}
}

// hang never returns in the mode that says so.
func (p *testPlugin) hang(where string) {
	if p.mode == "hangs in "+where {
		select {}
	}
}

func (p *testPlugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	p.hang("tree")
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

func (p *testPlugin) Configure(_ context.Context, c *sdk.Config) error {
	p.host = c.Host
	p.hang("configure")
	var v struct {
		Row int `hcl:"row,optional"`
	}
	return c.Decode(&v)
}

func (p *testPlugin) Restore(_ context.Context, checkpoint []byte) error {
	p.hang("restore")
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
	case "deaf", "ignores SIGTERM":
		<-ctx.Done()
		select {} // never returns
	case "floods stdout":
		flood(ctx, os.Stdout.Write)
	case "floods stderr":
		flood(ctx, func(b []byte) (int, error) { return syscall.Write(2, b) })
	case "floods stdout past the SDK":
		flood(ctx, func(b []byte) (int, error) { return syscall.Write(1, b) })
	case "gives up":
		return errors.New("no more")
	}
	<-ctx.Done()
	return nil
}

func (p *testPlugin) Actions() []sdk.Action {
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
