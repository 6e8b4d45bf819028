package scaffold

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds a plugin that [Write] has written to dir and completes its
// go.mod and go.sum. What the go command says goes to output. There is nothing
// to do for languages other than "go". The error says what to do by hand; the
// folder stays.
func Build(ctx context.Context, dir, language string, p Plugin, output io.Writer) error {
	if language != "go" {
		return nil
	}
	if _, err := exec.LookPath("go"); errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is written but not built, for there is no go command on the PATH: install Go, then run `go mod tidy && go build` there", p.Dir)
	}
	if p.SDK.Checkout != "" {
		// The checksums of the checkout's own dependencies: with them nothing
		// need be asked of the network.
		sums, err := os.ReadFile(filepath.Join(p.SDK.Checkout, "go.sum"))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666) //nolint:gosec // the umask decides
		}
		if err != nil {
			return fmt.Errorf("take over the checksums of the SDK: %w", err)
		}
	}
	if err := goCommand(ctx, dir, output, completeModule()...); err != nil {
		return unbuilt(p, "list", err)
	}
	if err := goCommand(ctx, dir, output, "build", "-buildvcs=false", "-o", p.Name, "."); err != nil {
		return unbuilt(p, "build", err)
	}
	return nil
}

// completeModule is the go command that completes go.mod and go.sum for the
// program and its tests, with nothing that it has not to.
func completeModule() []string {
	return []string{"list", "-mod=mod", "-deps", "-test", "-f", "{{/**/}}", "./..."}
}

func unbuilt(p Plugin, step string, err error) error {
	return fmt.Errorf("%s is written but not built, for `go %s` failed (%w): mend that, then run `go mod tidy && go build` there", p.Dir, step, err)
}

// goCommand runs the go command in the folder of the plugin.
func goCommand(ctx context.Context, dir string, output io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off") // the folder is a module of its own
	cmd.Stdout, cmd.Stderr = output, output
	return cmd.Run()
}
