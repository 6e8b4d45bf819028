package router

import (
	"strings"
	"testing"
)

func TestCheckMount(t *testing.T) {
	t.Parallel()
	const slashes = ": the path has an empty segment: write it without leading, trailing or doubled slashes"
	for _, tt := range []struct{ path, want string }{
		{"meta-data", ""},
		{"meta-data/placement", ""},
		{"user-data", ""},
		{"meta-data/tags/instance/My key @ 1+1=2", ""},
		{"meta-data/api", ""},
		{"apis/x", ""},
		{"2020-10-28/x", ""},
		{"...", ""},
		{"", `mount "": the path is empty: name at least one segment`},
		{"/", `mount "/"` + slashes},
		{"/meta-data", `mount "/meta-data"` + slashes},
		{"meta-data/", `mount "meta-data/"` + slashes},
		{"meta-data//x", `mount "meta-data//x"` + slashes},
		{"a/./b", `mount "a/./b": the path has the segment ".": write it out`},
		{"a/..", `mount "a/..": the path has the segment "..": write it out`},
		{"a\nb", `mount "a\nb": the path has a control character: listings are lines, so remove it`},
		{"a\x00", `mount "a\x00": the path has a control character: listings are lines, so remove it`},
		{"a\u0085b", `mount "a\u0085b": the path has a control character: listings are lines, so remove it`},
		{"a\xff", `mount "a\xff": the path is not UTF-8`},
		{"api", `mount "api" lies below api, where the core itself serves session tokens: choose another path`},
		{"api/token", `mount "api/token" lies below api, where the core itself serves session tokens: choose another path`},
		{"latest", `mount "latest" is the name of an API version: mounts are relative to it, such as "meta-data/rack"`},
		{"latest/meta-data/x", `mount "latest/meta-data/x" begins with an API version: mounts are relative to it, so write "meta-data/x"`},
		{"2020-10-27/x", `mount "2020-10-27/x" begins with an API version: mounts are relative to it, so write "x"`},
		{"1.0", `mount "1.0" is the name of an API version: mounts are relative to it, such as "meta-data/rack"`},
	} {
		got := ""
		if err := CheckMount(tt.path); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckMount(%q):\n got %s\nwant %s", tt.path, got, tt.want)
		}
	}
	if err := CheckMount(strings.Repeat("a", MaxPath)); err != nil {
		t.Errorf("longest path: %v", err)
	}
	if err := CheckMount(strings.Repeat("a", MaxPath+1)); err == nil || !strings.HasSuffix(err.Error(), "the path has 1025 bytes: at most 1024 are allowed") {
		t.Errorf("too long a path: %v", err)
	}
}

func TestLongestMountOwnsItsSubtree(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "short:meta-data", "long:meta-data/iam", "leaf:meta-data/hello", "short:meta-data/iam/own")
	publish(t, r, "short",
		leaf("meta-data/ami-id", "ami-1"),
		leaf("meta-data/hello", "overridden"),
		leaf("meta-data/iam/info", "overridden"),
		dir("meta-data/iam", "label of the overridden"),
		leaf("meta-data/iam/own/x", "mine again"),
		leaf("meta-data/iamx", "beside"),
	)
	publish(t, r, "long")
	publish(t, r, "leaf", leaf("meta-data/hello", "world"))
	expect(t, r,
		"/latest/meta-data/", "200 ami-id,hello,iam/,iamx",
		"/latest/meta-data/hello", "200 world",
		"/latest/meta-data/iam", "200 own/",
		"/latest/meta-data/iam/info", "404",
		"/latest/meta-data/iam/own/x", "200 mine again",
		"/latest/meta-data/iamx", "200 beside",
	)
	publish(t, r, "long", leaf("meta-data/iam/role", "r"))
	expect(t, r, "/latest/meta-data/iam/", "200 own/,role", "/latest/meta-data/iam/info", "404")
	publish(t, r, "leaf")
	publish(t, r, "short", leaf("meta-data/hello", "still overridden"))
	publish(t, r, "long")
	expect(t, r,
		"/latest/meta-data/hello", "404",
		"/latest/meta-data", "404",
		"/latest/", "200 ",
		"/latest/meta-data/iam", "404",
	)
}
