package instance_test

import (
	"cmp"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk"
)

// The README's table has each path that is served, with its date, and no other.
func TestREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	paths, _, _ := strings.Cut(string(text), "\n## Options\n")
	type row struct {
		path, since string
		pattern     *regexp.Regexp
		served      bool
	}
	var rows []*row
	placeholder := regexp.MustCompile(`[A-Z]+$`)
	for _, m := range regexp.MustCompile("(?m)^\\| `(.+?)` \\| (\\S+) \\| .+ \\|$").FindAllStringSubmatch(paths, -1) {
		pattern := regexp.QuoteMeta(placeholder.ReplaceAllString(m[1], ""))
		switch name := placeholder.FindString(m[1]); {
		case name == "N":
			pattern += `\d+`
		case name != "":
			pattern += `[^/]+`
		}
		rows = append(rows, &row{path: m[1], since: m[2], pattern: regexp.MustCompile("^" + pattern + "$")})
	}
	if !slices.IsSortedFunc(rows, func(a, b *row) int { return strings.Compare(a.path, b.path) }) {
		t.Error("the table is not sorted")
	}
	tree := served(t, allOptions(t), everything())
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		leaf, ok := tree[path].(sdk.Leaf)
		if !ok {
			continue
		}
		i := slices.IndexFunc(rows, func(r *row) bool { return r.pattern.MatchString(path) })
		if i < 0 {
			t.Errorf("%s is not in the table", path)
			continue
		}
		rows[i].served = true
		if want := cmp.Or(leaf.Since, "1.0"); rows[i].since != want {
			t.Errorf("%s: the table has the date %s, want %s", path, rows[i].since, want)
		}
	}
	for _, r := range rows {
		if !r.served {
			t.Errorf("%s of the table is not served", r.path)
		}
	}
}
