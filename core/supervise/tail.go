package supervise

import (
	"errors"
	"strings"
	"sync"
)

// tailBytes is how much of what a plugin wrote last is remembered.
const tailBytes = 2 << 10

// tail remembers the end of what a process wrote to stderr, to tell why it did
// not start.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if n := len(t.text) - tailBytes; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(b), nil
}

// said is what the process wrote, as an error to be joined to another; nil
// when it wrote nothing. Lines of its log, which are JSON, are in the core's
// log already.
func (t *tail) said() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var said []string
	for line := range strings.Lines(strings.ToValidUTF8(string(t.text), "?")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "{") {
			said = append(said, plain(line))
		}
	}
	if len(said) == 0 {
		return nil
	}
	return errors.New("it wrote:\n  " + strings.Join(said, "\n  "))
}
