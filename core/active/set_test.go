package active

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// record is a set of strings that writes down what it is told.
type record struct {
	*Set[string, string]
	told []string
}

func newRecord(count, bytes int) *record {
	r := &record{}
	r.Set = New(Options[string, string]{
		Build: func(key string) (string, error) {
			if strings.HasPrefix(key, "bad") {
				return "", errors.New(key)
			}
			return "value of " + key, nil
		},
		Begin: func(key, _ string) error { r.told = append(r.told, "+"+key); return nil },
		End:   func(key, _ string) { r.told = append(r.told, "-"+key) },
		Count: count, Bytes: bytes,
	})
	return r
}

func (r *record) touch(t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		value, release, err := r.Acquire(t.Context(), key)
		if err != nil || value != "value of "+key {
			t.Fatalf("%s: %q %v", key, value, err)
		}
		release()
	}
}

func TestLeastRecentlyUsedGoes(t *testing.T) {
	t.Parallel()
	r := newRecord(2, 100)
	r.touch(t, "a", "b", "a", "c", "b")
	if got := strings.Join(r.told, " "); got != "+a +b +c -b +b -a" {
		t.Error(got)
	}
}

func TestBytesBoundToo(t *testing.T) {
	t.Parallel()
	r := newRecord(10, 100)
	r.touch(t, "a", "b", "c")
	r.Resize("a", 40)
	r.Resize("b", 40)
	r.Resize("c", 40)
	r.Resize("unknown", 1000)
	if got := strings.Join(r.told, " "); got != "+a +b +c -a" {
		t.Error(got)
	}
	if count, bytes := r.Len(); count != 2 || bytes != 80 {
		t.Errorf("%d with %d bytes", count, bytes)
	}
	r.Resize("c", 1000) // the last one stays, however large
	if count, bytes := r.Len(); count != 1 || bytes != 1000 {
		t.Errorf("%d with %d bytes: %v", count, bytes, r.told)
	}
}

func TestInUseStays(t *testing.T) {
	t.Parallel()
	r := newRecord(1, 100)
	_, first, _ := r.Acquire(t.Context(), "a")
	_, second, _ := r.Acquire(t.Context(), "a")
	r.touch(t, "b", "c")
	first()
	r.touch(t, "d")
	if got := strings.Join(r.told, " "); got != "+a +b -b +c -c +d -d" {
		t.Error(got)
	}
	second()
	r.touch(t, "e")
	if got := strings.Join(r.told, " "); got != "+a +b -b +c -c +d -d +e -a" {
		t.Error(got)
	}
}

func TestFailureIsNotKept(t *testing.T) {
	t.Parallel()
	r := newRecord(2, 100)
	for range 3 {
		if _, _, err := r.Acquire(t.Context(), "bad"); err == nil || err.Error() != "bad" {
			t.Error(err)
		}
	}
	if count, _ := r.Len(); count != 0 {
		t.Errorf("%d are kept", count)
	}
	p := New(Options[string, string]{Build: func(string) (string, error) { panic("on purpose") }, Count: 1})
	if _, _, err := p.Acquire(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "on purpose") {
		t.Error(err)
	}
}

// TestConcurrentFirstRequestsAreOne: all wait for the same, each as long as its
// patience.
func TestConcurrentFirstRequestsAreOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var built atomic.Int32
		gate := make(chan struct{})
		s := New(Options[string, int32]{
			Build: func(string) (int32, error) { <-gate; return built.Add(1), nil },
			Begin: func(string, int32) error { return nil },
			End:   func(string, int32) {},
			Count: 1, Bytes: 1,
		})
		for range 50 {
			go func() {
				value, release, err := s.Acquire(t.Context(), "a")
				if err != nil || value != 1 {
					t.Errorf("%d %v", value, err)
					return
				}
				release()
			}()
		}
		synctest.Wait()
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.Acquire(impatient, "a"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(gate)
		synctest.Wait()
		if count, _ := s.Len(); built.Load() != 1 || count != 1 || s.entries["a"].users != 0 {
			t.Errorf("built %d times, %d kept", built.Load(), count)
		}
	})
}

func TestRetire(t *testing.T) {
	t.Parallel()
	r := newRecord(1, 100)
	_, release, _ := r.Acquire(t.Context(), "a")
	var left []string
	r.Retire(func(key, _ string) { left = append(left, key) })
	if _, _, err := r.Acquire(t.Context(), "a"); !errors.Is(err, ErrRetired) {
		t.Error(err)
	}
	if r.Put("b", "value of b", 1) {
		t.Error("a retired set takes another one")
	}
	release()
	if got := strings.Join(r.told, " "); got != "+a" || !slices.Equal(left, []string{"a"}) {
		t.Error(got, left)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	r := newRecord(2, 100)
	for key, want := range map[string]bool{"a": true} {
		if r.Put(key, "value of "+key, 60) != want || r.Put(key, "again", 1) {
			t.Error(key)
		}
	}
	if r.Put("b", "value of b", 60) {
		t.Error("there was no room")
	}
	r.touch(t, "a", "b", "c")
	if got := strings.Join(r.told, " "); got != "+a +b +c -a" {
		t.Error(got)
	}
}

// TestBeginAndEndAlternate under a load: no instance ends that is not there or
// begins twice, and none is in use when it ends.
func TestBeginAndEndAlternate(t *testing.T) {
	t.Parallel()
	there := map[int]bool{}
	var users [20]atomic.Int32
	s := New(Options[int, int]{
		Build: func(key int) (int, error) { return key, nil },
		Begin: func(key, _ int) error {
			if there[key] {
				return fmt.Errorf("%d begins twice", key)
			}
			there[key] = true
			return nil
		},
		End: func(key, _ int) {
			if !there[key] || users[key].Load() != 0 {
				t.Errorf("%d ends: there %v, users %d", key, there[key], users[key].Load())
			}
			delete(there, key)
		},
		Count: 5, Bytes: 1000,
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2000 {
				key := rand.IntN(len(users))
				got, release, err := s.Acquire(t.Context(), key)
				if err != nil || got != key {
					t.Errorf("%d: %d %v", key, got, err)
					return
				}
				users[key].Add(1)
				s.Resize(key, rand.IntN(300))
				users[key].Add(-1)
				release()
			}
		})
	}
	wg.Wait()
	if count, bytes := s.Len(); count > 5 || bytes > 1000 || count != len(there) {
		t.Errorf("%d with %d bytes are kept, %d are there", count, bytes, len(there))
	}
}
