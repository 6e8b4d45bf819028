// Command mockmd serves EC2 instance metadata: see the README at the top.
//
// It is the composition root: the only place that knows both the core and the
// built-in plugins. All else is in the packages that it puts together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/core/internal/footprint"
	"github.com/mockmd/mockmd/sdk"
)

// The exit codes, as the README documents them.
const (
	exitOK      = 0 // stopped in order; the configuration is valid
	exitFailed  = 1 // failed while running
	exitUsage   = 2 // the command line is wrong
	exitConfig  = 3 // the configuration is refused
	exitAddress = 4 // an address cannot be listened on, nor a socket that was handed over
)

// The hidden subcommands by which the core starts plugins: a built-in, and any
// other program under its limits.
const (
	servePlugin = "serve-plugin"
	startPlugin = "start-plugin"
)

func main() {
	os.Exit(signalled(os.Args[1:]))
}

// signalled runs the program until it ends or a signal ends it in order.
func signalled(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return run(ctx, args, os.Stdout, os.Stderr)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 2 && args[0] == startPlugin {
		fmt.Fprintln(stderr, confine.Become(args[1], args[2:])) // the core tells the rest
		return confine.CannotRun
	}
	// The limits first: a hardened process may change less of itself.
	isPlugin := len(args) > 0 && args[0] == servePlugin
	if isPlugin {
		if err := confine.Self(); err != nil {
			fmt.Fprintf(stderr, "mockmd: %v\n", err)
			return exitFailed
		}
	}
	if err := protect(args); err != nil {
		fmt.Fprintf(stderr, "mockmd: %v\n", err) // not fatal: some sandboxes forbid it
	}
	if isPlugin {
		signal.Ignore(syscall.SIGHUP) // a reload is for the core
		return serve(ctx, args[1:], stderr)
	}
	if len(args) == 1 && args[0] == conformanceHost {
		return hostPlugin(ctx, stderr)
	}
	c, args := find(args)
	if len(c.words) > 0 { // only who serves can reload
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	return c.run(ctx, args, stdout, stderr)
}

// exitCode says on stderr what has not been said yet.
func exitCode(err error, stderr io.Writer) int {
	var usage *app.UsageError
	var address *app.AddressError
	var handed *app.SocketError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, app.ErrConfiguration): // its diagnostics are printed
		return exitConfig
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "mockmd: %v\n", err)
		return exitUsage
	case errors.As(err, &address), errors.As(err, &handed):
		fmt.Fprintf(stderr, "mockmd: %v\n", err)
		return exitAddress
	default:
		fmt.Fprintf(stderr, "mockmd: %v\n", err)
		return exitFailed
	}
}

// serve is a built-in plugin's process.
func serve(ctx context.Context, args []string, stderr io.Writer) int {
	if len(args) == 1 {
		for _, b := range builtins() {
			if b.name == args[0] {
				defer small(ctx, footprint.Plugin)()
				sdk.Serve(b.new())
				return exitOK
			}
		}
	}
	fmt.Fprintf(stderr, "mockmd: %s takes the name of a built-in plugin and is run by mockmd itself\n", servePlugin)
	return exitUsage
}

// small keeps the process small, see [footprint.Keep], until the returned
// function is called, which waits for that.
func small(ctx context.Context, kind footprint.Kind) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = footprint.Keep(ctx, kind) }) // where it cannot, it is larger, which is all
	return func() {
		cancel()
		wg.Wait()
	}
}

// version is what the Go toolchain recorded of the build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
