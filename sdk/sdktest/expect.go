package sdktest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// Expect fails the test unless diags are just the wanted ones, in any order.
// Each is written "LINE: TEXT", where TEXT is part of the diagnostic's summary
// and detail joined by "; ".
func Expect(t testing.TB, diags hcl.Diagnostics, want ...string) {
	t.Helper()
	left := map[string]int{}
	var got []string
	for _, d := range diags {
		got = append(got, describe(d))
	}
	for _, g := range got {
		left[g]++
	}
	for _, w := range want {
		if !take(left, w) {
			t.Errorf("no diagnostic %q among %d:\n  %s", w, len(got), strings.Join(got, "\n  "))
		}
	}
	for g, n := range left {
		if n > 0 {
			t.Errorf("unexpected diagnostic: %s", g)
		}
	}
}

// take removes one diagnostic that fits want.
func take(left map[string]int, want string) bool {
	line, text, _ := strings.Cut(want, ": ")
	for g, n := range left {
		gotLine, gotText, _ := strings.Cut(g, ": ")
		if n > 0 && line == gotLine && strings.Contains(gotText, text) {
			left[g]--
			return true
		}
	}
	return false
}

func describe(d *hcl.Diagnostic) string {
	line := 0
	if d.Subject != nil {
		line = d.Subject.Start.Line
	}
	return fmt.Sprintf("%d: %s; %s", line, d.Summary, d.Detail)
}
