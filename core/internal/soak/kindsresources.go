package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// spareFiles is how many files the core may open beyond those that it has.
const spareFiles = 8

// resourceKinds are short of file descriptors and of somebody who reads the
// log.
func (s *soak) resourceKinds() []kind {
	return []kind{
		{name: "few file descriptors", impossible: hidden(), do: func(_ context.Context, r *rand.Rand) error {
			d := s.some(r, time.Second, 6*time.Second)
			s.crowd.Lock()
			defer s.crowd.Unlock()
			seen, err := lookAt(s.core.PID())
			if err != nil {
				return err
			}
			end := s.excuse(shortOfFiles)
			defer end()
			undo, err := limit(s.core.PID(), openFiles, uint64(seen.files+spareFiles))
			if err != nil {
				return err
			}
			time.Sleep(d)
			return undo()
		}},
		{name: "log unread", do: func(ctx context.Context, r *rand.Rand) error {
			d := s.some(r, time.Second, 10*time.Second)
			l := s.log
			l.gate.Lock()
			time.Sleep(d)
			l.gate.Unlock()
			return nil
		}},
		{name: "log unread, and much to log", do: func(ctx context.Context, r *rand.Rand) error {
			l := s.log
			l.gate.Lock()
			defer l.gate.Unlock()
			client := s.places[0].client(true)
			defer client.CloseIdleConnections()
			lines := 6000 // of some 150 bytes each: more than the pipe and the queue take
			if s.o.hurry {
				lines = 500
			}
			for range lines {
				status, _, err := fetch(ctx, client, "http://"+s.at.main+roleDirectory+"app", "")
				if err != nil || status != 200 {
					return errors.Join(err, errors.New("a role document is not served while nobody reads the log"))
				}
			}
			return nil
		}},
	}
}
