package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"sync"
)

// canaryWindow is how many bytes of a secret give it away.
const canaryWindow = 16

// canary looks for secrets in what mockmd logs.
type canary struct {
	mu      sync.Mutex
	known   map[string]bool // the beginnings of secrets
	secrets int
	lines   int
	lost    int // times that the log says it has lost lines
	wrong   func(format string, args ...any)
}

func newCanary(wrong func(string, ...any)) *canary {
	return &canary{known: map[string]bool{}, wrong: wrong}
}

// add makes secrets known. A token's beginning is the same for all, so that
// its end is looked for.
func (c *canary) add(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range secrets {
		if len(s) < canaryWindow {
			continue
		}
		c.secrets++
		c.known[s[len(s)-canaryWindow:]] = true
	}
}

// line looks at a line of the log. A core that was asked for its goroutines
// prints them; nothing else may look like a crash.
func (c *canary) line(l string) {
	c.mu.Lock()
	c.lines++
	leak := false
	for i := 0; i+canaryWindow <= len(l); i++ {
		if c.known[l[i:i+canaryWindow]] {
			leak = true
		}
	}
	if strings.Contains(l, "lines of the log were lost") {
		c.lost++
	}
	c.mu.Unlock()
	switch {
	case leak:
		c.wrong("a secret is in the log: a line of %d bytes that begins with %.60q", len(l), l)
	case strings.HasPrefix(l, "panic:") || strings.HasPrefix(l, "fatal error:") || strings.Contains(l, "DATA RACE"):
		c.wrong("the log says %.200q", l)
	}
}

// logReader reads what one core prints.
type logReader struct {
	gate sync.RWMutex // held for writing: nobody reads
	done chan struct{}

	mu         sync.Mutex
	goroutines int // that a core has told of
}

// read begins to read r until its end, and keeps all of it in a file.
func (c *canary) read(r *os.File, keep io.Writer) *logReader {
	l := &logReader{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		defer func() { _ = r.Close() }()
		b := bufio.NewReaderSize(r, 1<<16)
		for {
			l.gate.RLock()
			text, err := b.ReadString('\n')
			l.gate.RUnlock()
			if text != "" {
				c.line(strings.TrimSuffix(text, "\n"))
				_, _ = io.WriteString(keep, text) // its loss is no loss to the soak
			}
			if strings.HasPrefix(text, "goroutine ") && strings.HasSuffix(text, "]:\n") {
				l.mu.Lock()
				l.goroutines++
				l.mu.Unlock()
			}
			if err != nil {
				return
			}
		}
	}()
	return l
}

// told returns how many goroutines the core told of.
func (l *logReader) told() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.goroutines
}
