package sdk

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRetire(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	p := &published{}
	state := func() string {
		return strings.Join(slices.Sorted(maps.Keys(p.live)), " ") + "; " + strings.Join(slices.Sorted(maps.Keys(p.retired)), " ")
	}
	for _, step := range []struct {
		after time.Duration
		paths []string
		want  string
	}{
		{0, []string{"a", "b"}, "a b; "},
		{time.Second, []string{"b"}, "b; a"},
		{time.Second, []string{}, "; a b"},
		{retireAfter, []string{}, "; b"},
		{time.Second, []string{"b"}, "b; "},
	} {
		now = now.Add(step.after)
		live := map[string]Live{}
		for _, path := range step.paths {
			live[path] = Live{}
		}
		p.retire(live, now)
		if got := state(); got != step.want {
			t.Errorf("%s later: %q, want %q", step.after, got, step.want)
		}
	}
}
