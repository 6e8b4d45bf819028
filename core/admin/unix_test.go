package admin

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// TestUnixClient: who comes over a Unix socket has no address, and the log says
// what it is instead.
func TestUnixClient(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	var log logBuffer
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	s := New(Options{
		Backend: &fakeBackend{actions: newBackend().actions, reload: func(context.Context) *Reload { return &Reload{Reloaded: true} }},
		Log:     hclog.New(&hclog.LoggerOptions{Output: &log}),
	})
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	for _, asked := range []string{request("POST /reload", "", ""), request("POST /bootstrap/creds", "", "{}"), request("GET /status", "Origin: http://evil.example\n", "")} {
		c, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, asked); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Error(err)
		}
		_ = c.Close()
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	for _, want := range []string{
		"reload asked for: client=unix\n",
		"action carried out: action=bootstrap/creds plugin=iam client=unix status=202\n",
		`request refused: reason="web page" client=unix status=403`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in:\n%s", want, &log)
		}
	}
}
