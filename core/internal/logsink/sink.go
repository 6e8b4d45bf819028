package logsink

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Limit is how many bytes of lines may wait to be written; at most as much is
// being written at the same time.
const Limit = 1 << 20

// Patience is how long [Sink.Flush], [Sink.Close] and the writers of
// [Sink.Direct] and [Sink.Before] wait for what is to be written.
const Patience = 5 * time.Second

// errUnwritten says that the writer took no more in time.
var errUnwritten = errors.New("the log could not be written in time")

// Sink is a writer that takes lines at once and has them written in order by
// one goroutine. When more than [Limit] bytes wait, what comes is dropped until
// the writer takes something again; then one line says how many were lost.
// Sinks are safe for use by many goroutines.
type Sink struct {
	w    io.Writer
	done chan struct{} // closes when the goroutine has ended

	mu       sync.Mutex
	work     sync.Cond // signals the goroutine
	progress chan struct{}
	pending  []byte // lines that wait
	spare    []byte // the memory of the lines before them
	accepted int64  // writes that went into pending, ever
	written  int64  // writes that have left it, written or not
	full     bool   // dropping, until the goroutine takes pending
	lost     int64  // lines to tell of
	told     int64  // lines that pending itself tells of as lost,
	tellings int64  // and in how many lines of its own
	stalled  int64  // what written was when somebody waited in vain; -1 is never
	failing  bool   // the last write failed: wait for more before the next
	closed   bool
	loss     func(lines int64) []byte
}

// New returns a sink before w and starts its goroutine, which ends with
// [Sink.Close].
func New(w io.Writer) *Sink {
	s := &Sink{w: w, done: make(chan struct{}), progress: make(chan struct{}), stalled: -1, loss: plainLoss}
	s.work.L = &s.mu
	go s.run()
	return s
}

// plainLoss is the line on lost lines where nobody has said how it looks.
func plainLoss(lines int64) []byte {
	return fmt.Appendf(nil, "%d lines of the log were lost: they were not read in time\n", lines)
}

// OnLoss says how the line looks that tells of lost lines; it ends with a line
// end. The function must not write to the sink.
func (s *Sink) OnLoss(line func(lines int64) []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loss = line
}

// Write takes whole lines. It never waits for the writer and never fails; what
// comes after Close is dropped.
func (s *Sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
	case s.full || len(s.pending)+len(p) > Limit:
		s.full = true
		s.lost += lines(p)
	default:
		s.accept(p)
	}
	return len(p), nil
}

// accept queues p; the lock is held.
func (s *Sink) accept(p []byte) {
	if s.failing { // what is lost came before p
		s.tellLoss()
	}
	s.pending = append(s.pending, p...)
	s.accepted++
	s.work.Signal()
}

// tellLoss queues the line on lost lines, if there are any; the lock is held.
func (s *Sink) tellLoss() {
	if s.lost > 0 {
		s.pending = append(s.pending, s.loss(s.lost)...)
		s.told, s.lost = s.told+s.lost, 0
		s.tellings++
	}
}

// Flush waits until all that was taken before has been handed to the writer,
// for at most [Patience], and says whether it has. Where somebody has waited in
// vain already and nothing has moved since, it does not wait again.
func (s *Sink) Flush() bool {
	enough := time.NewTimer(Patience)
	defer enough.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for all := s.accepted; s.written < all; {
		if s.stalled == s.written {
			return false
		}
		progress := s.progress
		s.mu.Unlock()
		var inVain bool
		select {
		case <-progress:
		case <-enough.C:
			inVain = true
		}
		s.mu.Lock()
		if inVain {
			s.stalled = s.written
		}
	}
	return true
}

// Close has the rest written and ends the goroutine. When the writer does not
// take the rest within [Patience] it returns an error; the goroutine then ends
// as soon as the writer returns.
func (s *Sink) Close() error {
	s.mu.Lock()
	s.closed = true
	s.work.Signal()
	s.mu.Unlock()
	enough := time.NewTimer(Patience)
	defer enough.Stop()
	select {
	case <-s.done:
		return nil
	case <-enough.C:
		return errUnwritten
	}
}
