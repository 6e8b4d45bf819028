package app

import (
	"slices"
	"testing"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	kept, old, next, gone, added := &member{name: "kept"}, &member{name: "changed"}, &member{name: "changed"}, &member{name: "gone"}, &member{name: "added"}
	p := newPlan(
		&generation{members: []*member{gone, kept, old}},
		&generation{members: []*member{added, next, kept}},
	)
	if !slices.Equal(labels(p.kept), []string{"kept"}) || !slices.Equal(labels(p.added), []string{"added"}) || !slices.Equal(labels(p.removed), []string{"gone"}) {
		t.Errorf("kept %v, added %v, removed %v", labels(p.kept), labels(p.added), labels(p.removed))
	}
	if len(p.replaced) != 1 || p.replaced[0] != (replacement{old: old, next: next}) {
		t.Errorf("replaced %+v", p.replaced)
	}
	if !slices.Equal(p.fresh(), []*member{added, next}) {
		t.Errorf("fresh %v", labels(p.fresh()))
	}
	if p.replacing(next) == nil || p.replacing(added) != nil || p.replacing(old) != nil {
		t.Error("another replacement than that of the next one")
	}
}
