package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is a process under measurement.
type server struct {
	cmd            *exec.Cmd
	address, admin string // admin is empty for the bare handler
	startedAt      time.Time
	dir            string // removed at the end; empty: none
}

const config = `
metadata {
  address    = %q
  keep_alive = %v
}
admin { address = %q }
log   { level = "error" }
`

// threePlugins is what most measurements are made with.
const threePlugins = `
instance { iam_instance_profile = "app" }
plugin "identity" {}
plugin "placement" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::${instance.account_id}:role/app" }
    sts { simulated = true }
  }
}
`

// startMockmd starts the program with its three plugins. It does not wait.
func (b *bench) startMockmd(ctx context.Context, keepAlive bool) (*server, error) {
	return b.startWith(ctx, threePlugins, keepAlive)
}

// startWith starts the program with instances and plugins. It does not wait.
func (b *bench) startWith(ctx context.Context, rest string, keepAlive bool) (*server, error) {
	dir, err := os.MkdirTemp("", "mockmd-bench")
	if err != nil {
		return nil, err
	}
	metadata, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "metadata.hcl")
	if err := os.WriteFile(path, fmt.Appendf(nil, config+"%s", metadata, keepAlive, admin, rest), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.program, "-config", path)
	cmd.Env = append(os.Environ(), "STATE_DIRECTORY="+filepath.Join(dir, "state"))
	s := &server{cmd: cmd, address: metadata, admin: admin, dir: dir}
	return s, s.start()
}

// startBare starts the handler that mockmd is compared with.
func startBare(ctx context.Context, keepAlive bool) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, bareCommand, address, fmt.Sprint(keepAlive)), address: address}
	return s, s.start()
}

func (s *server) start() error {
	s.cmd.Stderr = os.Stderr
	s.startedAt = time.Now()
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.cmd.Path, err)
	}
	return nil
}

// stop ends the process and waits for it.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// freeAddress finds a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// until asks for a path again and again until it answers 200, and returns how
// long that took from the start of the process.
func (s *server) until(ctx context.Context, address, path string) (time.Duration, error) {
	for ctx.Err() == nil {
		if ok, err := once(address, path); err == nil && ok {
			return time.Since(s.startedAt), nil
		}
		if time.Since(s.startedAt) > time.Minute {
			return 0, fmt.Errorf("%s did not answer %s within a minute", s.cmd.Path, path)
		}
		time.Sleep(100 * time.Microsecond)
	}
	return 0, ctx.Err()
}
