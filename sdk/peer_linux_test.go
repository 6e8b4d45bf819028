package sdk

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyTheParentIsLetIn(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "peer") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for name, c := range map[string]struct {
		parent int
		want   string // empty: let in
	}{
		"parent":   {os.Getpid(), ""}, // this test dials itself
		"stranger": {os.Getpid() + 1, "is not the core"},
	} {
		client, err := net.Dial("unix", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = parentOnly{parent: c.parent}.ServerHandshake(server)
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		_, _ = client.Close(), server.Close()
	}
}
