package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// The excuses: what may go wrong while a window of that name is open.
const (
	coreAway      = "core"        // no answer by anybody
	addressAway   = "address"     // no answer at the address that comes and goes
	noCredentials = "credentials" // failure documents
	shortOfFiles  = "resources"   // a reload is refused, a plugin does not start
	pluginHurt    = "plugin"      // a reload is refused: the process that it starts was the one
)

// window is a time in which something is excused.
type window struct {
	excuse      string
	from, until time.Time // until is zero while it is open
}

// tally is what the table says of one kind of disturbance.
type tally struct {
	times          int
	reads, excused int // while it went on
	wrong          int
	took           time.Duration
}

// happening is one disturbance.
type happening struct {
	kind, what  string
	from, until time.Time
}

func (h happening) String() string {
	end := "still on"
	if !h.until.IsZero() {
		end = fmt.Sprintf("%.2f s", h.until.Sub(h.from).Seconds())
	}
	return fmt.Sprintf("%s %s %s (%s)", clockTime(h.from), h.kind, h.what, end)
}

// journal is what has happened so far, and what was wrong.
type journal struct {
	mu         sync.Mutex
	now        func() time.Time
	windows    []*window
	kinds      map[string]*tally
	active     map[*happening]bool
	recent     []*happening // the last ones
	total      tally        // all reads
	ways       map[string]int
	slowest    time.Duration // while nothing was excused
	failures   int           // failure documents that were right
	violations []string
	hidden     int // violations beyond those kept
	told       func(string)
}

const (
	keptViolations = 20
	keptHappenings = 12
	keptWindows    = 2 * time.Minute // far longer than a read takes
)

func newJournal(told func(string)) *journal {
	return &journal{now: time.Now, kinds: map[string]*tally{}, active: map[*happening]bool{}, ways: map[string]int{}, told: told}
}

// excuse opens a window and returns what closes it.
func (j *journal) excuse(name string) (end func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	kept := j.windows[:0]
	for _, w := range j.windows {
		if w.until.IsZero() || now.Sub(w.until) < keptWindows {
			kept = append(kept, w)
		}
	}
	w := &window{excuse: name, from: now}
	j.windows = append(kept, w)
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		if w.until.IsZero() {
			w.until = j.now()
		}
	}
}

// excused says whether a window of one of the names overlaps a time.
func (j *journal) excused(from, until time.Time, names ...string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, w := range j.windows {
		for _, n := range names {
			if w.excuse == n && !w.from.After(until) && (w.until.IsZero() || !w.until.Before(from)) {
				return true
			}
		}
	}
	return false
}

// begin notes a disturbance and returns what notes its end.
func (j *journal) begin(kind, what string) (end func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := &happening{kind: kind, what: what, from: j.now()}
	t := j.kinds[kind]
	if t == nil {
		t = &tally{}
		j.kinds[kind] = t
	}
	t.times++
	j.active[h] = true
	if j.recent = append(j.recent, h); len(j.recent) > keptHappenings {
		j.recent = j.recent[1:]
	}
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		h.until = j.now()
		t.took += h.until.Sub(h.from)
		delete(j.active, h)
	}
}

// outcome is how a read ended.
type outcome int

const (
	right   outcome = iota
	excused         // it failed while it might
	wrong
)

// read counts a read. What is wrong is kept, with what was going on.
func (j *journal) read(way string, took time.Duration, o outcome, problem string) {
	j.mu.Lock()
	j.ways[way]++
	now := j.now()
	if o == right && !slices.ContainsFunc(j.windows, func(w *window) bool { return w.until.IsZero() || w.until.After(now.Add(-took)) }) {
		j.slowest = max(j.slowest, took)
	}
	count := func(t *tally) {
		t.reads++
		switch o {
		case excused:
			t.excused++
		case wrong:
			t.wrong++
		}
	}
	count(&j.total)
	seen := map[string]bool{}
	for h := range j.active {
		if !seen[h.kind] {
			seen[h.kind] = true
			count(j.kinds[h.kind])
		}
	}
	j.mu.Unlock()
	if o == wrong {
		j.violation("%s", problem)
	}
}

// failureDocument counts one that was right.
func (j *journal) failureDocument() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failures++
}

// violation notes that something is wrong.
func (j *journal) violation(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.violations) >= keptViolations {
		j.hidden++
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s ", clockTime(j.now()))
	fmt.Fprintf(&b, format, args...)
	for i := len(j.recent) - 1; i >= max(0, len(j.recent)-6); i-- {
		fmt.Fprintf(&b, "\n    before: %s", j.recent[i])
	}
	j.violations = append(j.violations, b.String())
	j.told("WRONG: " + b.String())
}

// good says that nothing was wrong.
func (j *journal) good() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.violations) == 0
}

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05.000") }
