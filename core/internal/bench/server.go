package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// server is what answers: mockmd, the bare handler, or somebody else's.
type server struct {
	name    string
	address string
	started time.Time // just before exec

	admin string           // of mockmd
	said  string           // the file that has what mockmd says; empty: none
	prog  *program.Program // mockmd
	cmd   *exec.Cmd        // the bare handler
}

// startMockmd starts mockmd, pinned to the servers' processor or not. It does
// not wait for anything.
func (b *bench) startMockmd(ctx context.Context, pinned bool, text configuration) (*server, error) {
	s := &server{name: "mockmd", address: text.metadata, admin: text.admin}
	o := program.Options{Path: b.program, Config: text.text}
	if !text.unheard { // a file costs mockmd no more than /dev/null, and this process nothing
		s.said = filepath.Join(b.dir, "mockmd.log")
		file, err := os.Create(s.said)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		o.Output = file
	}
	err := b.cores.start(pinned, func() (err error) {
		s.prog, err = program.Start(ctx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.started = s.prog.Started
	return s, nil
}

// startBare starts the handler that mockmd is compared with and gives it the
// answers to repeat. It does not wait.
func (b *bench) startBare(ctx context.Context, pinned bool, answers []given) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := program.FreeAddress(ctx, "127.0.0.1")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "answers")
	if err := writeGiven(file, answers); err != nil {
		return nil, err
	}
	s := &server{name: "bare", address: address, cmd: exec.CommandContext(ctx, self, bareCommand, address, file)}
	s.cmd.Stderr = os.Stderr
	return s, b.cores.start(pinned, func() error {
		s.started = time.Now()
		return s.cmd.Start()
	})
}

// pid is that of the process that is measured; 0 for a peer's, which is not
// known.
func (s *server) pid() int {
	switch {
	case s.prog != nil:
		return s.prog.PID()
	case s.cmd != nil:
		return s.cmd.Process.Pid
	}
	return 0
}

// ready waits until all of mockmd is ready.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return s.explain(s.prog.Ready(ctx, s.admin))
}

// explain adds to an error the last that mockmd has said.
func (s *server) explain(err error) error {
	if err == nil || s.said == "" {
		return err
	}
	text, _ := os.ReadFile(s.said) // what is not there explains nothing
	return fmt.Errorf("%w; %s said:\n%s", err, s.name, text[max(0, len(text)-2000):])
}

// gone tells whether mockmd has ended.
func (s *server) gone() bool {
	if s.prog == nil {
		return false
	}
	select {
	case <-s.prog.Ended():
		return true
	default:
		return false
	}
}

// stop ends what was started and waits for it. mockmd must end in order.
func (s *server) stop(err *error) {
	if s.prog != nil {
		*err = errors.Join(*err, s.prog.Stop())
	}
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// startedShipped starts mockmd, free to use any processor, with the shipped
// configuration, has f look at it when it is ready, and ends it.
func (b *bench) startedShipped(ctx context.Context, f func(*server, configuration) error) (err error) {
	text, err := b.shipped(ctx, false)
	if err != nil {
		return err
	}
	s, err := b.startMockmd(ctx, false, text)
	if err != nil {
		return err
	}
	defer s.stop(&err)
	if err := s.ready(ctx); err != nil {
		return err
	}
	return f(s, text)
}

// readyAfter starts mockmd, free to use any processor, with instances and
// plugins, and returns how long it took until all was ready. Before it ends
// mockmd, it has look see it, if not nil.
func (b *bench) readyAfter(ctx context.Context, rest string, look func(*server) error) (t time.Duration, err error) {
	text, err := own(ctx, rest)
	if err != nil {
		return 0, err
	}
	s, err := b.startMockmd(ctx, false, text)
	if err != nil {
		return 0, err
	}
	defer s.stop(&err)
	if t, err = s.until(ctx, s.admin, "/readyz", readyPause); err == nil && look != nil {
		err = look(s)
	}
	return t, err
}

// token asks for a session token.
func (s *server) token(keep bool) (string, error) {
	text := request("PUT", mintPath, ttlHeader, connection(keep))
	_, answer, err := learn(s.address, "PUT", text, keep, 200)
	if err != nil {
		return "", fmt.Errorf("mint a session token: %w", err)
	}
	a, err := repeat(answer)
	if err != nil {
		return "", err
	}
	return string(a.body), nil
}
