package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"syscall"
	"time"
)

// justNow is how long before a crash a session may have been handed over
// without having reached the checkpoint.
const justNow = time.Second

// pluginKinds kill, stop and starve plugins.
func (s *soak) pluginKinds() []kind {
	return []kind{
		{name: "plugin kill -9", do: func(ctx context.Context, r *rand.Rand) error {
			return s.hurt(ctx, r, func(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }, func(pid int) bool { return !alive(pid) })
		}},
		{name: "plugin stopped, short", do: func(ctx context.Context, r *rand.Rand) error {
			d := s.some(r, 300*time.Millisecond, 1500*time.Millisecond)
			return s.hurt(ctx, r, func(pid int) error {
				err := syscall.Kill(pid, syscall.SIGSTOP)
				time.Sleep(d)
				return errors.Join(err, syscall.Kill(pid, syscall.SIGCONT))
			}, nil)
		}},
		{name: "plugin out of memory", impossible: hidden(), do: func(ctx context.Context, r *rand.Rand) error {
			d := s.some(r, time.Second, 5*time.Second)
			return s.hurt(ctx, r, func(pid int) error {
				undo, err := limit(pid, dataSize, 1<<20)
				if err != nil {
					return err
				}
				time.Sleep(d)
				return undo()
			}, nil)
		}},
	}
}

// stopKinds stop plugins for good: mockmd has to notice, which takes it two
// health calls.
func (s *soak) stopKinds() []kind {
	return []kind{
		{name: "plugin stopped, past its health deadline", do: func(ctx context.Context, r *rand.Rand) error {
			stop := func(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }
			return s.hurt(ctx, r, stop, func(pid int) bool {
				if !alive(pid) || s.pluginOf(pid) == "" {
					return true
				}
				_ = stop(pid) // a short stop of the same process may have had it go on
				return false
			})
		}},
	}
}

// hurt does something to a random plugin's process and waits until the plugin
// is ready again. When over is given, the process is to end first.
func (s *soak) hurt(ctx context.Context, r *rand.Rand, do func(pid int) error, over func(pid int) bool) error {
	plugin := pluginNames[r.IntN(len(pluginNames))]
	ctx, cancel := context.WithTimeout(ctx, comesBack)
	defer cancel()
	pid := s.pid(plugin)
	if pid == 0 {
		return nil // it is being started after an earlier one
	}
	defer s.excuse(pluginHurt)()
	if plugin == "iam" {
		end := s.excuse(noCredentials)
		began := time.Now()
		defer func() {
			s.grants.lose(began.Add(-justNow))
			end()
		}()
	}
	if err := do(pid); err != nil && !errors.Is(err, syscall.ESRCH) { // a reload may have replaced it
		return fmt.Errorf("%s: %w", plugin, err)
	}
	if over != nil {
		if err := s.until(ctx, fmt.Sprintf("process %d of %s ends", pid, plugin), func() error {
			if over(pid) {
				return nil
			}
			return errors.New("it lives")
		}); err != nil {
			return err
		}
	}
	return s.pluginReady(ctx, plugin)
}

// pluginReady waits until a plugin is ready in a living process.
func (s *soak) pluginReady(ctx context.Context, plugin string) error {
	return s.until(ctx, plugin+" is ready again", func() error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		status, body, err := fetch(ctx, s.operator, "http://"+s.at.admin+"/plugins", "")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		var told struct {
			Plugins []struct {
				Name, State, Message string
				PID                  int
			}
		}
		if err == nil {
			err = json.Unmarshal([]byte(body), &told)
		}
		if err != nil {
			return err
		}
		for _, p := range told.Plugins {
			if p.Name == plugin && (p.State == "ready" || p.State == "degraded") && alive(p.PID) { // degraded: the STS fails
				return nil
			}
		}
		return fmt.Errorf("told of: %+v", told.Plugins)
	})
}
