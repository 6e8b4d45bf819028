package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Command is the import path of mockmd's command.
const Command = "github.com/mockmd/mockmd/core/cmd/mockmd"

// Build builds mockmd into a folder, with further flags of go build, and
// returns the file's path. The working directory must lie in the module.
func Build(ctx context.Context, folder string, flags ...string) (string, error) {
	path := filepath.Join(folder, "mockmd")
	if err := look(); err != nil {
		return "", fmt.Errorf("look at the sources of mockmd: %w", err)
	}
	args := append([]string{"build", "-trimpath", "-o", path}, flags...)
	out, err := exec.CommandContext(ctx, "go", append(args, Command)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build mockmd: %w\n%s", err, out)
	}
	return path, nil
}

// Options say how to start a program.
type Options struct {
	Path   string    // of the built mockmd
	Before []string  // a command that becomes the program, such as setpriv with its options
	Config string    // text of metadata.hcl
	Dir    string    // gets metadata.hcl and the state; empty: a temporary folder, removed by Stop
	Env    []string  // added to the environment
	Output io.Writer // gets stdout and stderr; nil: nobody
}

// Program is a started mockmd.
type Program struct {
	Cmd     *exec.Cmd
	Dir     string
	Started time.Time // just before exec

	temporary bool
	ended     chan struct{} // closed once the process has been waited for
	err       error         // how it ended, after ended
}

// Start writes the configuration and executes the program in its folder. It
// does not wait until anything listens. What the machine has set up for AWS is
// not passed on, and state is kept in the folder.
func Start(ctx context.Context, o Options) (*Program, error) {
	p := &Program{Dir: o.Dir, ended: make(chan struct{})}
	if p.Dir == "" {
		dir, err := os.MkdirTemp("", "mockmd-program")
		if err != nil {
			return nil, err
		}
		p.Dir, p.temporary = dir, true
	}
	if err := p.Configure(o.Config); err != nil {
		return nil, errors.Join(err, p.remove())
	}
	args := append(slices.Clone(o.Before), o.Path, "-config", "metadata.hcl")
	p.Cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	p.Cmd.Dir = p.Dir
	p.Cmd.Stdout, p.Cmd.Stderr = o.Output, o.Output
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "AWS_") {
			p.Cmd.Env = append(p.Cmd.Env, kv)
		}
	}
	p.Cmd.Env = append(p.Cmd.Env, "STATE_DIRECTORY="+filepath.Join(p.Dir, "state"),
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	p.Cmd.Env = append(p.Cmd.Env, o.Env...)
	p.Started = time.Now()
	if err := p.Cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", o.Path, err), p.remove())
	}
	go func() {
		defer close(p.ended)
		p.err = p.Cmd.Wait()
	}()
	return p, nil
}

// Configure puts another text into the place of metadata.hcl at once, as
// careful programs do. It does not reload.
func (p *Program) Configure(config string) error {
	path := filepath.Join(p.Dir, "metadata.hcl")
	if err := os.WriteFile(path+".new", []byte(config), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// PID returns the core's process id.
func (p *Program) PID() int { return p.Cmd.Process.Pid }

// Signal sends the core a signal.
func (p *Program) Signal(s os.Signal) error { return p.Cmd.Process.Signal(s) }

// Ended is closed when the core has ended.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// Stop ends the program in order, after 30 s by force, waits for it and
// removes a temporary folder. The error tells how it ended, if not with
// status 0.
func (p *Program) Stop() error {
	_ = p.Signal(syscall.SIGTERM)
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		_ = p.Cmd.Process.Kill()
		<-p.ended
		return errors.Join(errors.New("mockmd did not end within 30 s of SIGTERM"), p.remove())
	}
	return errors.Join(p.err, p.remove())
}

func (p *Program) remove() error {
	if !p.temporary {
		return nil
	}
	return os.RemoveAll(p.Dir)
}

// Ready waits until the admin listener at an address says on /readyz that all
// plugins are ready and valid. It fails when the program or the context ends.
func (p *Program) Ready(ctx context.Context, admin string) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := client.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until mockmd is ready: %w", ctx.Err())
		case <-p.ended:
			return fmt.Errorf("mockmd ended before it was ready: %w", p.err)
		case <-time.After(time.Millisecond):
		}
	}
}
