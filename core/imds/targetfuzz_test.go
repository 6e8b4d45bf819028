package imds

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mockmd/mockmd/core/router"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// pathTree is what FuzzTarget asks for: paths by the first version that shows
// them, some of which only arrive escaped.
var pathTree = map[string]string{
	"meta-data/mac":                  "",
	"meta-data/placement/region":     "",
	"meta-data/placement/group":      "2020-10-27",
	"meta-data/network/macs/0a:1/ip": "",
	"meta-data/a b%25+é":             "2009-04-04",
	"dynamic/x":                      "2021-03-23",
}

// modelRead is the answer to a path: the body, or that there is none. It is
// worked out from lists of segments alone.
func modelRead(path string) (string, bool) {
	segments := slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
	if len(segments) == 0 {
		return strings.Join(router.Versions(), "\n"), true
	}
	version, asked := segments[0], segments[1:]
	if !slices.Contains(router.Versions(), version) {
		return "", false
	}
	names := map[string]bool{}
	for leaf, since := range pathTree {
		if version != "latest" && (version == "1.0" && since != "" || version < since) {
			continue
		}
		parts := strings.Split(leaf, "/")
		switch {
		case slices.Equal(parts, asked):
			return "at " + leaf, true
		case len(parts) <= len(asked) || !slices.Equal(parts[:len(asked)], asked):
		case len(parts) == len(asked)+1 || len(asked) == 0:
			names[parts[len(asked)]] = true
		default:
			names[parts[len(asked)]+"/"] = true
		}
	}
	var lines []string
	for name := range names {
		lines = append(lines, name)
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(strings.TrimSuffix(a, "/"), strings.TrimSuffix(b, "/")) })
	return strings.Join(lines, "\n"), len(lines) > 0 || len(asked) == 0
}

// pathView is a view of the real router with pathTree.
func pathView(t testing.TB) *router.View {
	t.Helper()
	const plugin = "p"
	r, err := router.New(router.Options{
		Mounts:    []router.Mount{{Path: "meta-data", Plugin: plugin}, {Path: "dynamic", Plugin: plugin}},
		Instances: []router.Instance{{Launched: testModified}}, Render: RenderHead, Now: func() time.Time { return testNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	var nodes []*pluginv1.Node
	for path, since := range pathTree {
		nodes = append(nodes, &pluginv1.Node{Path: path, Since: since, Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: []byte("at " + path)}}})
	}
	if err := r.Publish(plugin, "", nodes); err != nil {
		t.Fatal(err)
	}
	return r.View("")
}

// pathSeeds are targets in all spellings.
var pathSeeds = []string{
	"/", "//", "/latest", "/latest/", "/latest/meta-data/?q", "/?/latest", "/latest/meta-data/mac/", "//latest//meta-data///mac//",
	"/latest/meta-data/placement", "/1.0/meta-data/placement/", "/2020-10-27/meta-data/placement/", "/2019-10-01/meta-data/placement/group", "/2020-08-24/meta-data",
	"/latest/dynamic", "/1.0/dynamic/", "/2021-01-03/dynamic", "/2021-03-23/dynamic/x", "/latest/meta-data/network/macs/0a%3a1/ip", "/latest/meta-data/network/macs/0a%3A1/",
	"/latest%2Fmeta-data%2fmac", "%2flatest", "/latest/meta-data/a%20b%2525+%C3%A9", "/latest/meta-data/a b%25+é", "/latest/meta-data/a%2520b", "/latest/../latest/meta-data/mac",
	"/latest/./meta-data", "/latest/meta-data/%2e%2e/dynamic/x", "/LATEST/meta-data", "/latest/meta-data;x", "/latest/meta-data/mac%00", "/latest/meta-data/mac%0a", "/latest/%zz", "/%", "/%4",
	"/\xff", "/%ff", "/%c3", "*", "", "latest", "http://x/latest", "//x/latest", "/latest#f", "/latest/meta-data/mac?%zz", "/%25%2e",
}

// FuzzTarget decodes a request target and looks it up in the real router. Both
// together, and the decoder alone, must do what a model does that splits texts.
func FuzzTarget(f *testing.F) {
	for _, seed := range pathSeeds {
		f.Add(seed)
	}
	view := pathView(f)
	f.Fuzz(func(t *testing.T, target string) {
		raw, _, _ := strings.Cut(target, "?")
		want, err := url.PathUnescape(raw)
		well := strings.HasPrefix(raw, "/") && err == nil && utf8.ValidString(want) && !strings.ContainsFunc(want, isControl)
		path, ok := decodeTarget(target)
		if ok != well || ok && path != want {
			t.Fatalf("decodeTarget(%q) = %q, %t, want %q, %t", target, path, ok, want, well)
		}
		if !ok {
			return
		}
		body, there := modelRead(path)
		got := view.Lookup(path)
		if (got.Kind == router.Content) != there || string(got.Body) != body || !there && got.Kind != router.NotFound {
			t.Errorf("%q: found %v %q, want %t %q", target, got.Kind, got.Body, there, body)
		}
	})
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
