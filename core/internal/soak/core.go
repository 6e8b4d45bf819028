package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

const (
	bootstrapID     = "AKIA" + "SOAKSOAKSOAKSOAK"
	bootstrapSecret = "soakCanary/ofTheBootstrapSecretKey0000000"
	// comesBack is how long anything may take until all is well again: an
	// attempt to renew waits for a minute at most, and a plugin that was
	// killed again and again for ten seconds.
	comesBack = 2 * time.Minute
	// goesAway is how long a process or a file descriptor may outlive its use.
	goesAway = 20 * time.Second
)

// startCore starts mockmd by a command that becomes it, or as it is, with more
// of the environment. The caller waits until it is well.
func (s *soak) startCore(before []string, env ...string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	s.log = s.canary.read(r, s.logFile)
	s.core, err = program.Start(context.Background(), program.Options{ // it is ended in order, not by a context
		Path: s.binary, Before: before, Dir: filepath.Join(s.dir, "core"), Config: s.at.config(s.facts, s.counter), Output: w,
		Env: append([]string{"TMPDIR=" + s.tmp}, env...),
	})
	return errors.Join(err, w.Close())
}

// well waits until the core is ready and every instance has good credentials.
// Clients that ask before that are excused by the caller.
func (s *soak) well(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, comesBack)
	defer cancel()
	if err := s.bootstrap(ctx, s.at.admin); err != nil {
		return err
	}
	if err := s.core.Ready(ctx, s.at.admin); err != nil {
		return err
	}
	if s.o.hurry {
		_ = s.post(ctx, s.at.admin, "/refresh", "", http.StatusAccepted) // it is done within a minute without
	}
	return s.credentials(ctx)
}

// bootstrap hands over the first credentials, as an operator would, until they
// are taken.
func (s *soak) bootstrap(ctx context.Context, admin string) error {
	body := fmt.Sprintf(`{"AccessKeyId": %q, "SecretAccessKey": %q}`, bootstrapID, bootstrapSecret)
	return s.until(ctx, "mockmd at "+admin+" takes bootstrap credentials", func() error {
		return s.post(ctx, admin, "/bootstrap/creds", body, http.StatusAccepted)
	})
}

// post sends a request to the admin listener.
func (s *soak) post(ctx context.Context, admin, path, body string, want int) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+admin+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	a, err := s.operator.Do(r)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != want {
		err = &refusal{a.StatusCode, string(answer)}
	}
	return errors.Join(err, a.Body.Close())
}

// refusal is an answer of the admin listener that was not hoped for.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("answer %d %.500s", r.status, r.body) }

// until tries something until it works, or the context ends.
func (s *soak) until(ctx context.Context, what string, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// endCore ends the core with a signal, waits for it and for all of its
// processes. SIGTERM must end it with status 0.
func (s *soak) endCore(signal syscall.Signal) error {
	tree, err := program.Tree(s.core.PID())
	if err != nil {
		return err
	}
	if err := s.core.Signal(signal); err != nil {
		return err
	}
	select {
	case <-s.core.Ended():
	case <-time.After(time.Minute):
		return fmt.Errorf("the core does not end within a minute of %v: %w", signal, s.core.Stop())
	}
	if state := s.core.Cmd.ProcessState; signal == syscall.SIGTERM && !state.Success() {
		s.violation("the core ends with %v after SIGTERM", state)
	}
	deadline := time.Now().Add(goesAway)
	for _, pid := range tree[1:] {
		for alive(pid) {
			if time.Now().After(deadline) {
				return fmt.Errorf("process %d outlives the core by %s", pid, goesAway)
			}
			time.Sleep(5 * time.Millisecond) // nothing tells of the end of a stranger's child
		}
	}
	select {
	case <-s.log.done:
	case <-time.After(goesAway):
		return errors.New("somebody holds the log of a core that has ended")
	}
	return nil
}

// alive tells whether a process runs; one that nobody has reaped does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

// pid returns the process of a plugin, 0 when there is none now.
func (s *soak) pid(plugin string) int {
	tree, err := program.Tree(s.core.PID())
	if err != nil {
		return 0
	}
	for _, pid := range tree[1:] {
		if s.pluginOf(pid) == plugin {
			return pid
		}
	}
	return 0
}

// pluginOf names the plugin that a process is; empty when it is none.
func (s *soak) pluginOf(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	switch {
	case args[0] == s.counter:
		return "counter"
	case len(args) > 2 && args[1] == "serve-plugin":
		return args[2]
	}
	return ""
}
