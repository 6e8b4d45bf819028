package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/examples/internal/served"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// TestServed changes the file while it is served: rightly, wrongly, and not at
// all there.
func TestServed(t *testing.T) {
	t.Parallel()
	e := served.Start(t)
	e.Ready()
	const tags = "meta-data/tags/instance/"
	if status, list := e.Get(tags); status != http.StatusOK || list != "Name\nteam" {
		t.Errorf("%s: %d %q", tags, status, list)
	}
	file := filepath.Join(e.Dir, "tags.txt")
	for _, c := range []struct{ text, path, want, log string }{
		{"Name=web-2\n", tags + "Name", "web-2", ""},
		{"Name\n", tags + "Name", "web-2", "the last tags stay: line 1 has no =: write KEY=VALUE"},
		{"Name=web-3\nteam=red\n", tags + "team", "red", ""},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		e.Wait(c.path, func(_ int, body string) bool { return body == c.want && strings.Contains(e.Log(), c.log) })
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	e.Wait(tags+"Name", func(int, string) bool { return strings.Contains(e.Log(), "tags.txt: no such file or directory") })
	if _, body := e.Get(tags + "Name"); body != "web-3" {
		t.Errorf("the last tags do not stay: %q", body)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, &plugin{})
	p.Dir, _ = os.Getwd()
	sdktest.Expect(t, p.Configure(`file = "tags.txt"`))
	p.Run()
	sdktest.Golden(t, "testdata/tree.golden", p.Tree())
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              "",
		"# a\n\n a=b\n": "",
		"a=\nb==c":      "",
		"ab":            "line 1 has no =: write KEY=VALUE",
		"a=b\na b=c":    `line 2: "a b" is no key that the metadata service shows`,
		"a/b=c":         `line 1: "a/b" is no key`,
		"..=c":          `line 1: ".." is no key`,
		"=c":            `line 1: "" is no key`,
		"a=b\na=c":      `line 2: the tag "a" is there already`,
	} {
		p := sdktest.Start(t, &plugin{})
		p.Dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(p.Dir, "tags.txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			sdktest.Expect(t, p.Configure(`file = "tags.txt"`))
		} else {
			sdktest.Expect(t, p.Configure("\nfile = \"tags.txt\""), "2: Unusable file of tags; The tags cannot be read: "+want)
		}
	}
	p := sdktest.Start(t, &plugin{})
	p.Dir = t.TempDir()
	sdktest.Expect(t, p.Configure(`file = "none.txt"`), "1: none.txt: no such file or directory")
	sdktest.Expect(t, p.Configure(""), `1: The argument "file" is required`)
}
