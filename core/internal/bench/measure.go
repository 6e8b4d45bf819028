package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

const instanceID = "/latest/meta-data/placement/availability-zone"

// startUp measures from exec to the first answer and to all plugins ready with
// valid credentials.
func (b *bench) startUp(ctx context.Context) error {
	var first, bare, ready []float64
	for range b.rounds {
		s, err := startBare(ctx, false)
		if err != nil {
			return err
		}
		t, err := s.until(ctx, s.address, "/")
		s.stop()
		if err != nil {
			return err
		}
		bare = append(bare, ms(t))
		if s, err = b.startMockmd(ctx, false); err != nil {
			return err
		}
		if t, err = s.until(ctx, s.address, instanceID); err == nil {
			first = append(first, ms(t))
			if t, err = s.until(ctx, s.admin, "/readyz"); err == nil {
				ready = append(ready, ms(t))
			}
		}
		s.stop()
		if err != nil {
			return err
		}
	}
	b.rows = append(b.rows, figure("exec to first 200", "ms", first, bare), figure("exec to all ready", "ms", ready, bare))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// throughput measures answered requests in a second.
func (b *bench) throughput(ctx context.Context) error {
	for _, keep := range []bool{false, true} {
		if err := b.throughputOf(ctx, keep); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) throughputOf(ctx context.Context, keep bool) error {
	bare, err := startBare(ctx, keep)
	if err != nil {
		return err
	}
	defer bare.stop()
	s, err := b.startMockmd(ctx, keep)
	if err != nil {
		return err
	}
	defer s.stop()
	if _, err := bare.until(ctx, bare.address, "/"); err != nil {
		return err
	}
	if _, err := s.until(ctx, s.admin, "/readyz"); err != nil {
		return err
	}
	token, err := mint(s.address)
	if err != nil {
		return err
	}
	name := map[bool]string{false: "close", true: "keep-alive"}[keep]
	v2 := "X-aws-ec2-metadata-token: " + token + "\r\n"
	for _, c := range []struct {
		what    string
		path    string
		header  string
		clients int
	}{
		{"IMDSv1 leaf", instanceID, "", 1},
		{"IMDSv2 leaf", instanceID, v2, 1},
		{"IMDSv2 leaf, 64 clients", instanceID, v2, 64},
		{"IMDSv2 role document", "/latest/meta-data/iam/security-credentials/app", v2, 1},
		{"IMDSv2 listing", "/latest/meta-data/", v2, 1},
	} {
		var ours, theirs []float64
		request := get(c.path, c.header)
		for range b.rounds {
			t, err := rate(bare.address, request, c.clients, b.requests, keep)
			if err != nil {
				return fmt.Errorf("bare handler: %w", err)
			}
			o, err := rate(s.address, request, c.clients, b.requests, keep)
			if err != nil {
				return fmt.Errorf("mockmd, %s: %w", c.what, err)
			}
			ours, theirs = append(ours, o), append(theirs, t)
		}
		b.rows = append(b.rows, figure(c.what+", "+name, "requests/s", ours, theirs))
	}
	return nil
}

// mint asks for a session token.
func mint(address string) (string, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "PUT /latest/api/token HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n"+
		"X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(c)
	if err != nil || len(answer) < 56 {
		return "", fmt.Errorf("mint a session token: %q: %w", answer, err)
	}
	return string(answer[len(answer)-56:]), nil
}

// memory measures the processes of an idle mockmd with its plugins, where the
// system lets it.
func (b *bench) memory(ctx context.Context) error {
	var sizes []float64
	for range b.rounds {
		s, err := b.startMockmd(ctx, false)
		if err != nil {
			return err
		}
		if _, err = s.until(ctx, s.admin, "/readyz"); err == nil {
			var size float64
			if size, err = treePSS(s.cmd.Process.Pid); err == nil {
				sizes = append(sizes, size)
			}
		}
		s.stop()
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: no figure for memory:", err)
			return nil
		}
	}
	b.rows = append(b.rows, figure("PSS of core and three plugins, idle", "MB", sizes, nil))
	return nil
}
