package router

import (
	"strings"
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// omitting makes a router of the unlabelled instance that omits some paths.
func omitting(t *testing.T, c *clock, omit []string, mounts ...string) *Router {
	t.Helper()
	o := Options{Instances: []Instance{{Launched: launched, Omit: omit}}, Render: renderTest, Now: c.now}
	for _, m := range mounts {
		plugin, path, _ := strings.Cut(m, ":")
		o.Mounts = append(o.Mounts, Mount{Path: path, Plugin: plugin})
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCheckOmit(t *testing.T) {
	t.Parallel()
	const (
		whole   = ": the whole tree cannot be left out: name paths below it, or switch the endpoint off with http_endpoint = \"disabled\" in metadata_options"
		slashes = ": the path has an empty segment: write it without leading, trailing or doubled slashes"
		tokens  = ": session tokens are made below api, and clients cannot do without them: leave it out of the list"
	)
	for _, tt := range []struct{ path, want string }{
		{"meta-data", ""},
		{"user-data", ""},
		{"meta-data/public-ipv4", ""},
		{"meta-data/api/token", ""},
		{"apis", ""},
		{"2020-10-28", ""},
		{"", `omit ""` + whole},
		{"/", `omit "/"` + whole},
		{"//", `omit "//"` + whole},
		{"/meta-data", `omit "/meta-data"` + slashes},
		{"meta-data/", `omit "meta-data/"` + slashes},
		{"a/../b", `omit "a/../b": the path has the segment "..": write it out`},
		{"a\nb", `omit "a\nb": the path has a control character: listings are lines, so remove it`},
		{"a\xff", `omit "a\xff": the path is not UTF-8`},
		{"api", `omit "api"` + tokens},
		{"api/token", `omit "api/token"` + tokens},
		{"latest", `omit "latest" is the name of an API version: paths are relative to it and hold for every version, such as "meta-data/public-ipv4"`},
		{"2020-10-27/dynamic", `omit "2020-10-27/dynamic" begins with an API version: paths are relative to it and hold for every version, so write "dynamic"`},
	} {
		got := ""
		if err := CheckOmit(tt.path); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckOmit(%q):\n got %s\nwant %s", tt.path, got, tt.want)
		}
	}
}

func TestOmit(t *testing.T) {
	t.Parallel()
	omit := []string{"meta-data/public-ipv4", "meta-data/iam", "meta-data/iam/info", "meta-data/only/x", "meta-data/keys/0/key", "meta-data/other/tree", "none/at/all", "meta-data/z"}
	r := omitting(t, &clock{}, omit, "p:meta-data", "q:meta-data/iam", "q:meta-data/other", "p:user-data")
	publish(t, r, "p",
		leaf("meta-data/ami-id", "ami-1"),
		leaf("meta-data/public-ipv4", "192.0.2.1"),
		leaf("meta-data/public-ipv4s", "beside"),
		leaf("meta-data/only/x", "x"),
		dir("meta-data/keys/0", "0=k"), leaf("meta-data/keys/0/key", "k"),
		dir("meta-data/keys/1", "1=l"), leaf("meta-data/keys/1/key", "l"),
		dir("meta-data/none", ""),
		since(leaf("meta-data/z", "z"), "2020-10-27"),
		leaf("user-data", "u"),
	)
	publish(t, r, "q", leaf("meta-data/iam/info", "i"), leaf("meta-data/iam/x", "x"), leaf("meta-data/other/o", "o"), leaf("meta-data/other/tree/a/b", "t"))
	for _, version := range []string{"latest", "1.0", "2021-07-15"} {
		expect(t, r,
			"/"+version, "200 meta-data,user-data",
			"/"+version+"/meta-data", "200 ami-id,keys/,none/,other/,public-ipv4s",
			"/"+version+"/meta-data/public-ipv4", "404",
			"/"+version+"/meta-data/public-ipv4/", "404",
			"/"+version+"//meta-data//public-ipv4//", "404",
			"/"+version+"/meta-data/public-ipv4/x", "404",
			"/"+version+"/meta-data/public-ipv4s", "200 beside",
			"/"+version+"/meta-data/iam", "404",
			"/"+version+"/meta-data/iam/info", "404",
			"/"+version+"/meta-data/iam/x", "404",
			"/"+version+"/meta-data/only", "404",
			"/"+version+"/meta-data/only/x", "404",
			"/"+version+"/meta-data/keys", "200 1=l",
			"/"+version+"/meta-data/keys/0", "404",
			"/"+version+"/meta-data/keys/0/key", "404",
			"/"+version+"/meta-data/none", "200 ",
			"/"+version+"/meta-data/other/", "200 o",
			"/"+version+"/meta-data/other/tree/a/b", "404",
			"/"+version+"/none/at", "404",
			"/"+version+"/none/at/all", "404",
			"/"+version+"/meta-data/z", "404",
		)
	}
}

func TestOmitAll(t *testing.T) {
	t.Parallel()
	r := omitting(t, &clock{}, []string{"meta-data"}, "p:meta-data", "q:meta-data/iam")
	expect(t, r, "/latest/", "200 ", "/latest/meta-data", "404", "/latest/meta-data/iam/info", "404")
	publish(t, r, "p", leaf("meta-data/x", "x"))
	publish(t, r, "q", leaf("meta-data/iam/info", "x"))
	expect(t, r, "/latest/", "200 ", "/latest/meta-data", "404", "/latest/meta-data/x", "404", "/latest/meta-data/iam/info", "404")
}

func TestOmitInLiveNodes(t *testing.T) {
	t.Parallel()
	r := omitting(t, &clock{}, []string{"a/now", "a/tree/x/y", "a/tree/mine", "b"}, "p:a", "q:a/tree/mine", "q:a/tree/other", "p:b")
	publish(t, r, "p", live("a/now"), subtree("a/tree"), subtree("b"))
	publish(t, r, "q", leaf("a/tree/mine/k", "k"), leaf("a/tree/other", "o"))
	expect(t, r,
		"/latest", "200 a",
		"/latest/a", "200 tree/",
		"/latest/a/now", "404",
		"/latest/a/tree", "live p a/tree a/tree@latest",
		"/latest/a/tree/x", "live p a/tree a/tree/x@latest",
		"/latest/a/tree/x/z", "live p a/tree a/tree/x/z@latest",
		"/latest/a/tree/x/yy", "live p a/tree a/tree/x/yy@latest",
		"/latest/a/tree/x/y", "404",
		"/latest/a/tree//x//y/", "404",
		"/latest/a/tree/x/y/z", "404",
		"/latest/a/tree/mine", "404",
		"/latest/a/tree/mine/k", "404",
		"/latest/a/tree/other", "200 o",
		"/latest/b", "404",
		"/latest/b/x", "404",
	)
}

func TestOmittedIsNotAwaited(t *testing.T) {
	t.Parallel()
	r := omitting(t, &clock{}, []string{"meta-data/iam", "meta-data/hello/x", "dynamic"}, "p:meta-data", "q:meta-data/iam/info", "q:dynamic", "h:meta-data/hello", "p:user-data")
	expect(t, r,
		"/latest/", "pending h,p",
		"/latest/meta-data/iam", "404",
		"/latest/meta-data/iam/info/x", "404",
		"/latest/dynamic/x", "404",
		"/latest/meta-data/hello", "pending h",
		"/latest/meta-data/hello/x", "404",
		"/latest/meta-data/hello/x/y", "404",
		"/latest/meta-data/hello/z", "pending h",
	)
	publish(t, r, "p", leaf("meta-data/x", "x"))
	publish(t, r, "h", leaf("meta-data/hello/x", "x"))
	expect(t, r, "/latest", "200 meta-data", "/latest/meta-data", "200 x", "/latest/meta-data/hello", "404")
}

// An explicit directory goes with what made it one, and stays when it was
// empty anyway.
func TestOmitEmptiesDirectories(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := omitting(t, c, []string{"a/leaf/x", "a/dir/x", "a/some/x", "a/foreign/m", "a/empty/x", "a/ends/x"}, "p:a", "q:a/foreign/m")
	publish(t, r, "p",
		dir("a/leaf", ""), leaf("a/leaf/x", "x"),
		dir("a/dir", ""), dir("a/dir/x", ""),
		dir("a/some", "", "z"), leaf("a/some/x", "x"), since(leaf("a/some/y", "y"), "2020-10-27"), since(leaf("a/some/z", "z"), "2021-01-03"),
		dir("a/foreign", ""),
		dir("a/empty", ""),
		dir("a/ends", ""), ends(leaf("a/ends/x", "x"), moment0(1)),
	)
	for _, second := range []int{0, 1} {
		c.t = moment0(second)
		expect(t, r,
			"/latest/a", "200 empty/,some/",
			"/latest/a/some", "200 z,y",
			"/2020-10-27/a/some", "200 y",
			"/2019-10-01/a/some", "404",
			"/2019-10-01/a", "200 empty/",
			"/latest/a/leaf", "404",
			"/latest/a/dir/x", "404",
			"/latest/a/foreign", "404",
			"/latest/a/ends/x", "404",
		)
	}
}

func TestOmittedNodesAreChecked(t *testing.T) {
	t.Parallel()
	r := omitting(t, &clock{}, []string{"a/x"}, "p:a")
	err := r.Publish("p", "", []*pluginv1.Node{leaf("a/x", ""), leaf("a/x/y", "")})
	want := `tree of plugin "p" for the unlabelled instance refused: "a/x/y": it lies below the leaf "a/x": make that a directory or move one of them`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestOmitIsOfOneInstance(t *testing.T) {
	t.Parallel()
	r, err := New(Options{
		Mounts:    []Mount{{"a", "p"}},
		Instances: []Instance{{Label: "one", Omit: []string{"a/x"}}, {Label: "two"}},
		Render:    renderTest, Now: (&clock{}).now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string]string{"one": "404", "two": "200 x"} {
		if err := r.Publish("p", label, []*pluginv1.Node{leaf("a/x", "x")}); err != nil {
			t.Fatal(err)
		}
		if got := brief(r.View(label).Lookup("/latest/a/x")); got != want {
			t.Errorf("instance %s: %s, want %s", label, got, want)
		}
	}
}
