package events

import "time"

// when is a moment as the configuration gives it: a time, or a delay from a
// base that is known later. The zero value is the base itself.
type when struct {
	at    time.Time     // zero: after counts
	after time.Duration // not negative
}

// from returns the moment for a base.
func (w when) from(base time.Time) time.Time {
	if w.fixed() {
		return w.at
	}
	return base.Add(w.after)
}

// plus returns the moment that lies d after w.
func (w when) plus(d time.Duration) when {
	if w.fixed() {
		return when{at: w.at.Add(d)}
	}
	return when{after: w.after + d}
}

func (w when) fixed() bool { return !w.at.IsZero() }

// before says whether w is known to come before o, two moments with the same
// base. The base may itself be fixed.
func (w when) before(o, base when) bool {
	switch {
	case base.fixed():
		return w.from(base.at).Before(o.from(base.at))
	case w.fixed() && o.fixed():
		return w.at.Before(o.at)
	case !w.fixed() && !o.fixed():
		return w.after < o.after
	}
	return false
}

func (w when) String() string {
	switch {
	case w.fixed():
		return "at " + w.at.Format(time.RFC3339Nano)
	case w.after == 0:
		return "at once"
	}
	return "after " + w.after.String()
}
