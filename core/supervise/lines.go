package supervise

import (
	"bytes"
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// maxLine is the longest line of a plugin's output that is logged in one.
const maxLine = 16 << 10

// lines turns what a plugin prints into lines of the log.
type lines struct {
	log    hclog.Logger
	stream string
	gate   *gate
	ctx    context.Context // ends with the process

	mu      sync.Mutex
	pending []byte
}

func newLines(ctx context.Context, log hclog.Logger, stream string, g *gate) *lines {
	return &lines{log: log, stream: stream, gate: g, ctx: ctx}
}

// Write logs each line that is complete. It never fails, and takes its time
// when there is more than the gate allows.
func (l *lines) Write(b []byte) (int, error) {
	l.gate.read(l.ctx, len(b))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = append(l.pending, b...)
	for {
		i := bytes.IndexByte(l.pending, '\n')
		if i < 0 && len(l.pending) < maxLine {
			return len(b), nil
		}
		if i < 0 || i > maxLine {
			i = maxLine
			l.print(l.pending[:i])
			l.pending = l.pending[i:]
			continue
		}
		l.print(l.pending[:i])
		l.pending = l.pending[i+1:]
	}
}

// flush logs what is left of a line without an end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 {
		l.print(l.pending)
		l.pending = nil
	}
}

func (l *lines) print(line []byte) {
	if text := strings.TrimRight(string(line), "\r"); text != "" {
		l.log.Info(text, "stream", l.stream)
	}
}
