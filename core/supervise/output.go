package supervise

import (
	"bytes"
	"context"
	"io"
	"slices"
)

// maxHandshake is how long the line may be by which a process shakes hands;
// one with a certificate has some 1,200 bytes.
const maxHandshake = 8 << 10

// handshakeLine is the stdout of a process. Its reader gets the first line
// only; what follows was printed past the SDK, by a program that the plugin
// has started for example, and goes to rest.
type handshakeLine struct {
	io.ReadCloser
	rest io.Writer
	read int
	over bool
}

// Read returns a part of the first line. After it, it returns only when the
// process has closed its stdout.
func (h *handshakeLine) Read(b []byte) (int, error) {
	if h.over {
		if _, err := io.Copy(h.rest, h.ReadCloser); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	b = b[:min(len(b), maxHandshake+1-h.read)]
	n, err := h.ReadCloser.Read(b)
	after := slices.Clone(b[:n])
	for i, c := range after {
		if c != '\n' && (c < ' ' || c > '~') {
			b[i] = '?' // what is no handshake is shown to people
		}
	}
	if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
		h.over = true
		_, _ = h.rest.Write(after[i+1:]) // lines never fails
		return i + 1, err
	}
	if h.read += n; h.read > maxHandshake {
		return n, io.EOF // it will not become a handshake
	}
	return n, err
}

// slowed is output that is read no faster than its gate allows.
type slowed struct {
	io.ReadCloser
	gate *gate
	ctx  context.Context // ends with the process; then the rest comes at once
	over func()          // is called at the end, when all has been taken in
}

func (s *slowed) Read(b []byte) (int, error) {
	n, err := s.ReadCloser.Read(b)
	s.gate.read(s.ctx, n)
	if err != nil {
		s.over()
	}
	return n, err
}
