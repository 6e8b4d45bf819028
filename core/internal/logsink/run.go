package logsink

import "bytes"

// spareMost is up to which size the memory of written lines is kept.
const spareMost = 64 << 10

// run writes what is queued until the sink is closed and nothing is left.
func (s *Sink) run() {
	defer close(s.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(s.pending) == 0 && (s.lost == 0 || s.failing) {
			if s.closed {
				return
			}
			s.work.Wait()
		}
		s.writeBatch()
	}
}

// writeBatch writes all that is pending at once; the lock is held, but not
// while it writes.
func (s *Sink) writeBatch() {
	s.tellLoss()
	batch, upTo, told := s.pending, s.accepted, s.told-s.tellings
	s.pending, s.spare, s.told, s.tellings, s.full = s.spare[:0], nil, 0, 0, false
	s.mu.Unlock()
	n, err := s.w.Write(batch)
	s.mu.Lock()
	if cap(batch) <= spareMost {
		s.spare = batch
	}
	s.written = upTo
	s.failing = err != nil
	if s.failing { // told is counted once more rather than never
		s.lost += told + lines(batch[min(n, len(batch)):])
	}
	close(s.progress)
	s.progress = make(chan struct{})
}

// lines counts the lines of p; what has no end is one too.
func lines(p []byte) int64 {
	n := bytes.Count(p, []byte{'\n'})
	if len(p) > 0 && p[len(p)-1] != '\n' {
		n++
	}
	return int64(n)
}
