package iam

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// fakeKeyring remembers which keys are known.
type fakeKeyring struct {
	mu    sync.Mutex
	known map[string]bool
}

func (f *fakeKeyring) AddKey(accessKeyID, _, _, _ string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[accessKeyID] = true
}

func (f *fakeKeyring) RemoveKey(accessKeyID string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, accessKeyID)
}

func (f *fakeKeyring) keys() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(f.known)), " ")
}

// The simulated STS knows the sets that are in use, and no more.
func TestKeyring(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		ring := &fakeKeyring{known: map[string]bool{}}
		g.p.state.useKeyring(ring)
		g.run()
		for _, step := range []struct{ id, refuse, want string }{
			{"A", "", "A"},
			{"A", "", "A"}, // posted again
			{"B", "B", "A B"},
			{"C", "C", "A C"},
			{"D", "", "D"},
		} {
			g.sts.set(func(_ context.Context, k keys) error {
				if k.accessKeyID == step.refuse {
					return apiError("InvalidClientTokenId")
				}
				return nil
			})
			g.post(`{"AccessKeyId":"` + step.id + `","SecretAccessKey":"s"}`)
			synctest.Wait()
			if got := ring.keys(); got != step.want {
				t.Errorf("after %s: keys %q, want %q", step.id, got, step.want)
			}
		}
	})
}
