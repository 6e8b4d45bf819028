package supervise

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hashicorp/go-hclog"
)

// TestHandshakeLine: the reader gets one line, however it comes in; the rest
// becomes lines of the log; and what is too long to be a handshake ends.
func TestHandshakeLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want, logged string }{
		"line":       {"1|1|unix|/s|grpc\n", "1|1|unix|/s|grpc\n", ""},
		"and more":   {"1|1\nstray\nhalf", "1|1\n", "[INFO]  stray: stream=stdout\n[INFO]  half: stream=stdout\n"},
		"no line":    {"1|1", "1|1", ""},
		"no text":    {"\x1b[2J\xff|\n", "?[2J?|\n", ""},
		"no end":     {strings.Repeat("x", 2*maxHandshake), strings.Repeat("x", maxHandshake+1), ""},
		"empty line": {"\n1|1\n", "\n", "[INFO]  1|1: stream=stdout\n"},
	} {
		for kind, reader := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader} {
			var log strings.Builder
			l := hclog.New(&hclog.LoggerOptions{Output: &log, DisableTime: true})
			rest := newLines(context.Background(), l, "stdout", newGate(l, 0))
			got, err := io.ReadAll(&handshakeLine{ReadCloser: io.NopCloser(reader(strings.NewReader(c.given))), rest: rest})
			rest.flush()
			if name == "no end" { // cut somewhere behind what a handshake may have
				got = got[:min(len(got), maxHandshake+1)]
			}
			if err != nil || string(got) != c.want || log.String() != c.logged {
				t.Errorf("%s, %s: read %.50q %v, logged %q; want %.50q and %q", name, kind, got, err, log.String(), c.want, c.logged)
			}
		}
	}
}
