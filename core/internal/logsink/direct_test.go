package logsink_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/core/internal/logsink"
)

// TestDirect: what is written directly stands in its place and has been
// written when Write returns.
func TestDirect(t *testing.T) {
	t.Parallel()
	f := &file{}
	s := logsink.New(f)
	d := s.Direct()
	want := ""
	for range 100 {
		say(t, s, "log\n")
		say(t, d, "direct\n")
		if want += "log\ndirect\n"; f.String() != want {
			t.Fatalf("%q, want %q", f, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestDirectWhileLinesAreLost: it is not dropped, and the loss before it is
// told before it.
func TestDirectWhileLinesAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		say(t, s, "1\n")
		synctest.Wait()
		say(t, s, strings.Repeat("x", logsink.Limit+1))
		time.AfterFunc(time.Second, f.open)
		say(t, s.Direct(), "direct\n")
		if got := f.String(); got != "1\n1 lines of the log were lost: they were not read in time\ndirect\n" {
			t.Errorf("%q", got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestDirectHasPatienceOnce: a writer that takes nothing is waited for once,
// not with each line, and memory is bounded.
func TestDirectHasPatienceOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		began := time.Now()
		line := strings.Repeat("x", 64<<10-1) + "\n"
		const writes = 100 // of which 32 fit, beside the one that is being written
		for range writes {
			if _, err := io.WriteString(s.Direct(), line); err == nil {
				t.Fatal("written, but to what?")
			}
		}
		if waited := time.Since(began); waited != logsink.Patience {
			t.Errorf("waited for %v", waited)
		}
		f.open()
		synctest.Wait()
		say(t, s.Direct(), "moves again\n")
		if n := strings.Count(f.String(), line); n != 33 || !strings.Contains(f.String(), "\n67 lines of the log were lost") {
			t.Errorf("%d lines written", n)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestBefore: another file gets its text when the log is written.
func TestBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := blocked()
		s := logsink.New(f)
		say(t, s, "log\n")
		synctest.Wait()
		time.AfterFunc(time.Second, f.open)
		var other strings.Builder
		say(t, s.Before(&other), "summary\n")
		if f.String() != "log\n" || other.String() != "summary\n" {
			t.Errorf("%q %q", f, &other)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
