package router

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// audited gives the leaf n levels down a chain an audit of names and values.
func audited(node *pluginv1.Node, n int, fields ...string) *pluginv1.Node {
	l := node.GetLeaf()
	for range n {
		l = l.GetSuccessor()
	}
	l.Audit = &pluginv1.Audit{Fields: map[string]string{}}
	for i := 0; i < len(fields); i += 2 {
		l.Audit.Fields[fields[i]] = fields[i+1]
	}
	return node
}

func TestAuditIsOfOneLeaf(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:a")
	chain := ends(leaf("a/chain", "1", "2", "3"), launched.Add(time.Second), launched.Add(2*time.Second))
	publish(t, r, "p",
		audited(audited(chain, 0, "role", "app", "access_key_id", "ASIA"), 2, "role", "none"),
		audited(leaf("a/bare", ""), 0), leaf("a/plain", ""))
	for _, tt := range []struct {
		at   time.Duration
		path string
		want string // fields; "-" when there is no audit
	}{
		{0, "a/chain", "access_key_id ASIA role app"},
		{time.Second, "a/chain", "-"},
		{2 * time.Second, "a/chain", "role none"},
		{0, "a/bare", ""},
		{0, "a/plain", "-"},
		{0, "a", "-"},
		{0, "a/none", "-"},
	} {
		c.t = launched.Add(tt.at)
		got := "-"
		if a := r.View("").Lookup("/latest/" + tt.path).Audit; a != nil {
			got = strings.TrimSuffix(fmt.Sprintln(a.Fields...), "\n")
		}
		if got != tt.want {
			t.Errorf("%s after %v: %q, want %q", tt.path, tt.at, got, tt.want)
		}
	}
}

func TestAuditRefuses(t *testing.T) {
	t.Parallel()
	many := func(n int) []string {
		var fields []string
		for i := range n {
			fields = append(fields, fmt.Sprintf("f%d", i), "")
		}
		return fields
	}
	for _, tt := range []struct {
		name   string
		fields []string
		want   string // empty: it is taken
	}{
		{"none", nil, ""},
		{"16 fields", many(16), ""},
		{"17 fields", many(17), "the audit has 17 fields: at most 16 are allowed"},
		{"every kind of letter", []string{"aZ09._-", "any text, even \u00e9 = \""}, ""},
		{"no name", []string{"", "x"}, "the audit has a field without a name: name it"},
		{"long name", []string{strings.Repeat("x", 65), ""}, "the audit has a field whose name has 65 bytes: at most 64 are allowed"},
		{"space in a name", []string{"a b", ""}, `the audit field "a b" has the byte ' ' in its name: use letters, digits, dots, dashes and underscores`},
		{"equals sign in a name", []string{"a=b", ""}, `the audit field "a=b" has the byte '=' in its name: use letters, digits, dots, dashes and underscores`},
		{"name of another alphabet", []string{"\u00e9", ""}, `the audit field "é" has the byte 'Ã' in its name: use letters, digits, dots, dashes and underscores`},
		{"name of the core", []string{"client", ""}, "the audit field client is written by the core itself: choose another name"},
		{"value as long as may be", []string{"x", strings.Repeat("x", 2048)}, ""},
		{"long value", []string{"x", strings.Repeat("x", 2049)}, "the audit field x has 2049 bytes: at most 2048 are allowed"},
		{"value that is no text", []string{"x", "\xff"}, "the audit field x is not UTF-8"},
		{"value with a line end", []string{"x", "canary\ny"}, "the audit field x has a control character: remove it"},
		{"value that moves the cursor", []string{"x", "canary\x1b[2J"}, "the audit field x has a control character: remove it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRouter(t, &clock{t: launched}, "p:a")
			err := r.Publish("p", "", []*pluginv1.Node{audited(leaf("a/x", ""), 0, tt.fields...)})
			want := `tree of plugin "p" for the unlabelled instance refused: "a/x": the leaf: ` + tt.want
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestAuditNamesOfTheCore: a plugin cannot speak for the core.
func TestAuditNamesOfTheCore(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"client", "path", "imds", "plugin", "instance"} {
		if _, err := NewAudit(&pluginv1.Audit{Fields: map[string]string{name: ""}}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestAuditCountsInTheTree: all leaves of a chain count.
func TestAuditCountsInTheTree(t *testing.T) {
	t.Parallel()
	node := audited(audited(leaf("a", "1", "2"), 0, "abc", "de"), 1, "f", "")
	plain := treeSize([]*pluginv1.Node{leaf("a", "1", "2")})
	if got := treeSize([]*pluginv1.Node{node}) - plain; got != 6 {
		t.Errorf("the audits count %d bytes, want 6", got)
	}
}

func TestNoAudit(t *testing.T) {
	t.Parallel()
	if a, err := NewAudit(nil); a != nil || err != nil {
		t.Errorf("%v %v", a, err)
	}
	a, err := NewAudit(&pluginv1.Audit{Fields: map[string]string{"b": "1", "a": "2"}})
	if err != nil || !slices.Equal(a.Fields, []any{"a", "2", "b", "1"}) {
		t.Errorf("%v %v", a, err)
	}
}
