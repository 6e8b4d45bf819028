package logsink

import "io"

// Direct returns a writer for what must not be lost and must stand in its
// place among the lines of the log, such as the reason why the process ends.
// Its Write returns when what it was given has been written. It goes in where
// lines are dropped already, up to twice [Limit]; when the writer does not take
// it within [Patience], Write returns an error, and it is written later.
func (s *Sink) Direct() io.Writer { return direct{s} }

type direct struct{ s *Sink }

func (d direct) Write(p []byte) (int, error) {
	d.s.mu.Lock()
	if d.s.closed {
		d.s.mu.Unlock()
		return 0, io.ErrClosedPipe
	}
	if len(d.s.pending)+len(p) > 2*Limit { // nobody has read for long
		d.s.lost += lines(p)
		d.s.mu.Unlock()
		return 0, errUnwritten
	}
	d.s.tellLoss()
	d.s.accept(p)
	d.s.mu.Unlock()
	if !d.s.Flush() {
		return 0, errUnwritten
	}
	return len(p), nil
}

// Before returns a writer to w, another file, that has the log written first:
// where both are one terminal, each line stands in its place.
func (s *Sink) Before(w io.Writer) io.Writer { return before{s, w} }

type before struct {
	s *Sink
	w io.Writer
}

func (b before) Write(p []byte) (int, error) {
	b.s.Flush()
	return b.w.Write(p)
}
