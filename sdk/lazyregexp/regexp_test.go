package lazyregexp

import (
	"reflect"
	"strings"
	"testing"
)

// TestMethods: each method does what its namesake of package regexp does.
func TestMethods(t *testing.T) {
	t.Parallel()
	r := New(`a(b+)`)
	if got := r.String(); got != `a(b+)` {
		t.Errorf("String: %q", got)
	}
	if !r.MatchString("cabb") || r.MatchString("ca") || !r.Match([]byte("ab")) || r.Match(nil) {
		t.Error("Match and MatchString do not match as they should")
	}
	if got := r.FindStringSubmatch("cabb"); !reflect.DeepEqual(got, []string{"abb", "bb"}) {
		t.Errorf("FindStringSubmatch: %q", got)
	}
	if got := r.FindSubmatchIndex([]byte("cabb")); !reflect.DeepEqual(got, []int{1, 4, 2, 4}) {
		t.Errorf("FindSubmatchIndex: %v", got)
	}
	if got := r.ReplaceAllString("cabb", "<$1>"); got != "c<bb>" {
		t.Errorf("ReplaceAllString: %q", got)
	}
}

// TestNotBeforeUse: a wrong pattern is noticed by its first use.
func TestNotBeforeUse(t *testing.T) {
	t.Parallel()
	r := New(`(`)
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "missing closing )") {
			t.Errorf("the first use panics with %q", text)
		}
	}()
	r.MatchString("")
	t.Error("the first use of a wrong pattern did not panic")
}
