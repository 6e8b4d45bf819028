package logsink_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/mockmd/mockmd/core/internal/logsink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// file is a writer that stands still while it is blocked.
type file struct {
	gate chan struct{} // when not nil, it must be closed before anything is written

	mu   sync.Mutex
	text strings.Builder
	err  error // of all writes
}

func (f *file) Write(p []byte) (int, error) {
	if f.gate != nil {
		<-f.gate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	return f.text.Write(p)
}

func (f *file) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

// blocked is a file that takes nothing before it is opened.
func blocked() *file { return &file{gate: make(chan struct{})} }

func (f *file) open() { close(f.gate) }

func (f *file) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func say(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Errorf("write %q: %d %v", text, n, err)
	}
}

// TestOrder: lines are written whole and in order, whoever writes them.
func TestOrder(t *testing.T) {
	t.Parallel()
	f := &file{}
	s := logsink.New(f)
	const writers, each = 4, 1000
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				say(t, s, fmt.Sprintf("%d %d\n", w, i))
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var next [writers]int
	for line := range strings.Lines(f.String()) {
		var w, i int
		if n, err := fmt.Sscanf(line, "%d %d\n", &w, &i); n != 2 || err != nil || i != next[w] {
			t.Fatalf("line %q after %v: %v", line, next, err)
		}
		next[w]++
	}
	if next != [writers]int{each, each, each, each} {
		t.Errorf("%v lines, want %d each", next, each)
	}
}

// TestBlockedWriter: who logs goes on, and the loss is counted and told in its
// place.
func TestBlockedWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		say(t, s, "in the writer\n")
		synctest.Wait()
		line := strings.Repeat("x", 1023) + "\n"
		const fit, more = logsink.Limit / 1024, 100
		for range fit + more {
			say(t, s, line)
		}
		say(t, s, "short, and lost too\ntwo lines\n")
		f.open()
		synctest.Wait()
		say(t, s, "after\n")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		want := "in the writer\n" + strings.Repeat(line, fit) + fmt.Sprintf("%d lines of the log were lost: they were not read in time\n", more+2) + "after\n"
		if got := f.String(); got != want {
			t.Errorf("%d bytes, want %d; the end is %q", len(got), len(want), got[max(0, len(got)-100):])
		}
	})
}

// TestLossLine: the one who knows the format makes the line.
func TestLossLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &file{}
		s := logsink.New(f)
		s.OnLoss(func(lines int64) []byte { return fmt.Appendf(nil, `{"lost":%d}`+"\n", lines) })
		say(t, s, strings.Repeat("x", logsink.Limit+1))
		if err := s.Close(); err != nil || f.String() != `{"lost":1}`+"\n" {
			t.Errorf("%v %q", err, f)
		}
	})
}

// TestFailingWriter: what could not be written counts as lost, and is told
// when writing works again; nothing spins meanwhile.
func TestFailingWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &file{err: errors.New("no space")}
		s := logsink.New(f)
		for range 3 {
			say(t, s, "lost\n")
			synctest.Wait()
		}
		f.fail(nil)
		say(t, s, "back\n")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := f.String(); got != "3 lines of the log were lost: they were not read in time\nback\n" {
			t.Errorf("%q", got)
		}
	})
}

// TestCloseFlushes: all that was taken is written, and what comes later is not.
func TestCloseFlushes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		say(t, s, "1\n")
		synctest.Wait()
		say(t, s, "2\n")
		time.AfterFunc(logsink.Patience-1, f.open)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		say(t, s, "3\n")
		if _, err := io.WriteString(s.Direct(), "4\n"); err == nil {
			t.Error("a closed sink takes more")
		}
		if got := f.String(); got != "1\n2\n" {
			t.Errorf("%q", got)
		}
	})
}

// TestCloseHasADeadline: a writer that takes nothing does not hold up the end.
func TestCloseHasADeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		say(t, s, "1\n")
		began := time.Now()
		if err := s.Close(); err == nil || time.Since(began) != logsink.Patience {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		f.open() // and its goroutine ends, or synctest fails
	})
}
