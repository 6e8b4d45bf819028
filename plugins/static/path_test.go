package static

import (
	"strings"
	"testing"
)

func TestCheckPath(t *testing.T) {
	t.Parallel()
	cases := []struct{ path, want string }{
		{"meta-data/rack/row", ""},
		{"user-data", ""},
		{"a b/c", ""},
		{"apis/x", ""},
		{strings.Repeat("x", 1024), ""},
		{"", `is empty: name at least one segment`},
		{"/meta-data/x", `has an empty segment: write it without leading, trailing or doubled slashes`},
		{"meta-data/x/", `has an empty segment`},
		{"meta-data//x", `has an empty segment`},
		{"meta-data/./x", `has the segment ".": write it out`},
		{"meta-data/../x", `has the segment "..": write it out`},
		{"meta-data/x\n", `has a control character: listings are lines, so remove it`},
		{"meta-data/\xff", `is not UTF-8`},
		{strings.Repeat("x", 1025), `has 1025 bytes: at most 1024 are allowed`},
		{"api/token", `lies below api, where session tokens are served: choose another path`},
		{"latest", `is the name of an API version: paths are relative to it, such as "meta-data/rack"`},
		{"latest/meta-data/x", `begins with an API version: paths are relative to it, so write "meta-data/x"`},
		{"2021-03-23/meta-data/x", `begins with an API version`},
		{"1.0/meta-data/x", `begins with an API version`},
	}
	for _, c := range cases {
		err := checkPath(c.path)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.path, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%q: %v, want %q", c.path, err, c.want)
		}
	}
}
