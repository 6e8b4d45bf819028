package static

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// configured returns a plugin that has accepted a config block, with the
// clock of the test.
func configured(t *testing.T, dir, config string) *plugin {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(config), "config.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p := newPlugin(time.Now)
	if err := p.Configure(t.Context(), &sdk.Config{Name: "static", Body: f.Body.(*hclsyntax.Body), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	return p
}

// rendered writes each leaf on a line.
func rendered(t *testing.T, p *plugin) string {
	t.Helper()
	tree, err := p.Tree(t.Context(), sdktest.Instance())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		leaf := tree[path].(sdk.Leaf)
		modified := ""
		if !leaf.LastModified.IsZero() {
			modified = leaf.LastModified.Format(time.RFC3339Nano)
		}
		fmt.Fprintf(&b, "%s %q %s\n", path, leaf.Body, strings.Join([]string{cmp.Or(leaf.ContentType, "-"), cmp.Or(leaf.Since, "-"), cmp.Or(modified, "-")}, " "))
	}
	return b.String()
}

func touch(t *testing.T, file string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Date(2024, 5, 6, 7, 8, 9, 987654321, time.FixedZone("", 3600))
	for _, name := range []string{
		"motd.txt", "site/b", "site/a/one", "site/a/two words", "site/.hidden", "site/.git/config",
		"site/own", "site/owned/deep/x", "site/sub/x", "other/y", "other/sub/z",
	} {
		touch(t, write(t, dir, name, "text of "+name), at)
	}
	touch(t, write(t, dir, "empty", ""), time.Unix(-1, 0))
	link(t, "b", dir+"/site", "c")
	cases := []struct{ name, config, want string }{
		{"values", `values = { "meta-data/rack/row" = 7, "meta-data/on" = true, "user-data" = "#!/bin/sh\n", "meta-data/none" = "" }`, `
meta-data/none "" - - -
meta-data/on "true" - - -
meta-data/rack/row "7" - - -
user-data "#!/bin/sh\n" application/octet-stream - -
`},
		{"value", `
value "meta-data/bytes" {
  content_base64 = "AP8K"
  content_type   = "application/x-bytes"
  since          = "2020-10-27"
}
value "user-data" {
  content      = "x"
  content_type = "text/cloud-config"
}`, `
meta-data/bytes "\x00\xff\n" application/x-bytes 2020-10-27 -
user-data "x" text/cloud-config - -
`},
		{"file", `
file "meta-data/motd" {
  path  = "motd.txt"
  since = "1.0"
}
file "user-data" { path = "` + dir + `/motd.txt" }
file "meta-data/ancient" { path = "./site/../empty" }`, `
meta-data/ancient "" - - -
meta-data/motd "text of motd.txt" - 1.0 2024-05-06T06:08:09Z
user-data "text of motd.txt" application/octet-stream - 2024-05-06T06:08:09Z
`},
		{"directory", `
directory "meta-data/site" {
  path         = "site"
  content_type = "text/x-site"
  since        = "2021-01-03"
}`, `
meta-data/site/a/one "text of site/a/one" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/a/two words "text of site/a/two words" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/b "text of site/b" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/c "text of site/b" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/own "text of site/own" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/owned/deep/x "text of site/owned/deep/x" text/x-site 2021-01-03 2024-05-06T06:08:09Z
meta-data/site/sub/x "text of site/sub/x" text/x-site 2021-01-03 2024-05-06T06:08:09Z
`},
		{"longer paths own what is below them", `
directory "d" { path = "site" }
values = { "d/a/one" = "1", "d/own" = "2", "d/owned" = "3", "d/new/x" = "4" }
directory "d/sub" { path = "other" }`, `
d/a/one "1" - - -
d/a/two words "text of site/a/two words" - - 2024-05-06T06:08:09Z
d/b "text of site/b" - - 2024-05-06T06:08:09Z
d/c "text of site/b" - - 2024-05-06T06:08:09Z
d/new/x "4" - - -
d/own "2" - - -
d/owned "3" - - -
d/sub/sub/z "text of other/sub/z" - - 2024-05-06T06:08:09Z
d/sub/y "text of other/y" - - 2024-05-06T06:08:09Z
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := gocmp.Diff(c.want, "\n"+rendered(t, configured(t, dir, c.config))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		})
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	if got := newPlugin(time.Now).Mounts(); got != nil {
		t.Errorf("before Configure the mounts are %q, want none", got)
	}
	dir := t.TempDir()
	write(t, dir, "site/a", "x")
	p := configured(t, dir, `
value "meta-data/z" { content = "" }
directory "meta-data/site" { path = "site" }
value "meta-data/site/more" { content = "" }
directory "meta-data/site/x/y" { path = "site" }
values = { "meta-data/sites" = "", "dynamic/a/b" = "" }`)
	want := []string{"dynamic/a/b", "meta-data/site", "meta-data/sites", "meta-data/z"}
	if got := p.Mounts(); !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
}

// What readers are given is theirs: a later change must not reach into it.
func TestTreesAreTheirOwn(t *testing.T) {
	t.Parallel()
	p := configured(t, "", `values = { "a" = "1" }`)
	one, err := p.Tree(t.Context(), sdktest.Instance())
	if err != nil {
		t.Fatal(err)
	}
	delete(one, "a")
	if got, want := rendered(t, p), "a \"1\" - - -\n"; got != want {
		t.Errorf("tree %q, want %q", got, want)
	}
}
