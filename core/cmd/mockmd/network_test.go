package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestNetworkUsage: what is wrong with the command line is told before anything
// is done.
func TestNetworkUsage(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct {
		code int
		text string
	}{
		"":                    {exitUsage, `mockmd network: say up, down or status, not ""`},
		"on":                  {exitUsage, `mockmd network: say up, down or status, not "on"`},
		"-print up":           {exitUsage, `say up, down or status, not "-print"`},
		"-h":                  {exitOK, "usage: mockmd network up [-allow INTERFACE]"},
		"up -h":               {exitOK, "interface by which others may reach the addresses"},
		"up eth0":             {exitUsage, `mockmd network up: unexpected argument "eth0"`},
		"up -allow":           {exitUsage, "flag needs an argument: -allow"},
		"down -allow docker0": {exitUsage, "flag provided but not defined: -allow"},
	} {
		var stdout, stderr bytes.Buffer
		code := hostNetwork(t.Context(), strings.Fields(line), &stdout, &stderr)
		if code != want.code || !strings.Contains(stderr.String(), want.text) || stdout.Len() > 0 {
			t.Errorf("%q: %d, want %d\n%s%s, want %q", line, code, want.code, &stdout, &stderr, want.text)
		}
	}
}
