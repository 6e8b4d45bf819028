package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// pause lies between two attempts to reach a server that starts: short beside
// what is measured, and long enough to leave the processor to the server.
const pause = 50 * time.Microsecond

// readyPause is longer: mockmd answers each of these attempts.
const readyPause = 500 * time.Microsecond

// until asks for a path again and again until it answers 200, and returns how
// long that took from the start of the process.
func (s *server) until(ctx context.Context, address, path string, pause time.Duration) (time.Duration, error) {
	to, family, err := sockaddr(address)
	if err != nil {
		return 0, err
	}
	text := request("GET", path, connection(false))
	c := &client{to: to, fd: -1}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for ctx.Err() == nil {
		good, err := c.asks(family, text)
		if err != nil && !errors.Is(err, unix.ECONNREFUSED) && !errors.Is(err, unix.ECONNRESET) {
			return 0, err
		}
		passed := time.Since(s.started)
		if good {
			return passed, nil
		}
		if passed > time.Minute || s.gone() {
			return 0, s.explain(fmt.Errorf("%s did not answer %s within a minute, or has ended", s.name, path))
		}
		nap(pause)
	}
	return 0, ctx.Err()
}

// asks makes one request on a new connection and tells whether it was answered
// with 200.
func (c *client) asks(family int, text []byte) (bool, error) {
	if err := c.dial(family); err != nil {
		return false, err
	}
	defer c.close()
	if err := c.send(text); err != nil {
		return false, err
	}
	n, err := unix.Read(c.fd, c.buf[:])
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Read(c.fd, c.buf[:])
	}
	if err != nil {
		return false, err
	}
	return bytes.HasPrefix(c.buf[:n], []byte("HTTP/1.1 200")), nil
}

// startUp measures from exec to the first answer, of two plugins, and to all
// plugins ready with valid credentials.
func (b *bench) startUp(ctx context.Context) error {
	for _, pinned := range []bool{false, true} {
		if err := b.startUpOf(ctx, pinned); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) startUpOf(ctx context.Context, pinned bool) error {
	var id, place, ready, bare []float64
	for range b.rounds {
		t, err := b.bareStart(ctx, pinned)
		if err != nil {
			return err
		}
		bare = append(bare, ms(t))
		for _, side := range []struct { // each in a start of its own: asking for one would slow the others
			path string
			into *[]float64
		}{{idPath, &id}, {placePath, &place}, {"", &ready}} {
			if t, err = b.mockmdStart(ctx, pinned, side.path); err != nil {
				return err
			}
			*side.into = append(*side.into, ms(t))
		}
	}
	where := map[bool]string{false: "any processor", true: "one processor"}[pinned]
	group := "start-up, " + where
	for _, f := range []figure{
		b.figure(group, "exec to first 200 of instance-id", "ms", id, bare),
		b.figure(group, "exec to first 200 of placement/region", "ms", place, bare),
	} {
		b.judge("first 200 <= 2.5 x bare's", f.Ratio.Median, "x", f.What+", "+where, f.Ratio.Median <= 2.5)
	}
	f := b.figure(group, "exec to all seven plugins ready", "ms", ready, bare)
	b.judge("all ready <= 6 x bare's first 200", f.Ratio.Median, "x", f.What+", "+where, f.Ratio.Median <= 6)
	return nil
}

func (b *bench) bareStart(ctx context.Context, pinned bool) (t time.Duration, err error) {
	s, err := b.startBare(ctx, pinned, []given{{asked{"GET", idPath, false}, []byte(bareAnswer)}})
	if err != nil {
		return 0, err
	}
	defer s.stop(&err)
	return s.until(ctx, s.address, idPath, pause)
}

// bareAnswer is what the bare server is asked for here.
const bareAnswer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 19\r\nServer: EC2ws\r\nConnection: close\r\n\r\ni-0123456789abcdef0"

// mockmdStart starts mockmd once, with all built-ins, and returns when a path
// was there; without a path, when all was ready.
func (b *bench) mockmdStart(ctx context.Context, pinned bool, path string) (t time.Duration, err error) {
	text, err := b.shipped(ctx, false)
	if err != nil {
		return 0, err
	}
	s, err := b.startMockmd(ctx, pinned, text)
	if err != nil {
		return 0, err
	}
	defer s.stop(&err)
	if path == "" {
		return s.until(ctx, s.admin, "/readyz", readyPause)
	}
	return s.until(ctx, s.address, path, pause)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
