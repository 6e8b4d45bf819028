package sdktest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// everyNode is a tree with everything that a node may have.
func everyNode() sdk.Tree {
	return sdk.Tree{
		"meta-data/a":     sdk.Text("one\ntwo\n"),
		"meta-data/b":     sdk.Leaf{Body: []byte{0xff, 0}, ContentType: "application/octet-stream", Since: "2020-10-27", Label: "bee/"},
		"meta-data/c":     sdk.Text(""),
		"meta-data/d":     sdk.Dir{Label: "0=d", Order: []string{"z", "a"}, Since: "1.0"},
		"meta-data/e":     sdk.Live{},
		"meta-data/f":     sdk.Live{Subtree: true, Since: "2020-10-27"},
		"meta-data/g":     sdk.Leaf{Audit: map[string]string{"role": "app", "key": ""}},
		"meta-data/later": sdk.Text("a\u2028b"), // a separator that no editor shows
		"meta-data/creds": sdk.Leaf{
			Body: []byte("{}"), LastModified: time.Unix(1, 0), NotAfter: time.Unix(2, 5),
			Successor: &sdk.Leaf{Body: []byte("gone"), NotAfter: time.Unix(3, 0), Successor: &sdk.Leaf{}},
		},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	sdktest.Golden(t, "testdata/everynode.golden", everyNode())
}

// TestGoldenTellsEveryDifference: what a node has is in the text, so none of it
// can change unseen.
func TestGoldenTellsEveryDifference(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, node := range map[string]sdk.Node{
		"empty": sdk.Leaf{}, "newline": sdk.Text("\n"), "text": sdk.Text("x"), "text and newline": sdk.Text("x\n"),
		"lines": sdk.Text("x\n  | y"), "binary": sdk.Text("\x00"), "base64": sdk.Text("base64: AA=="),
		"type": sdk.Leaf{ContentType: "x"}, "since": sdk.Leaf{Since: "x"}, "label": sdk.Leaf{Label: "x"},
		"modified": sdk.Leaf{LastModified: time.Unix(1, 0)}, "not after": sdk.Leaf{NotAfter: time.Unix(1, 0)},
		"nanosecond": sdk.Leaf{NotAfter: time.Unix(1, 1)}, "successor": sdk.Leaf{Successor: &sdk.Leaf{}},
		"audit": sdk.Leaf{Audit: map[string]string{}}, "audit field": sdk.Leaf{Audit: map[string]string{"x": ""}}, "audit value": sdk.Leaf{Audit: map[string]string{"x": "y"}},
		"directory": sdk.Dir{}, "directory label": sdk.Dir{Label: "x"}, "order": sdk.Dir{Order: []string{"x"}},
		"live": sdk.Live{}, "live since": sdk.Live{Since: "x"}, "subtree": sdk.Live{Subtree: true},
	} {
		text := sdktest.Format(sdk.Tree{"p": node})
		if other, ok := seen[text]; ok {
			t.Errorf("%s is written as %s is:\n%s", name, other, text)
		}
		seen[text] = name
	}
}

func TestGoldenFails(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tree.golden")
	golden := func(tree sdk.Tree) string {
		return sdktest.Try(func(t testing.TB) { sdktest.Golden(t, file, tree) })
	}
	if said := golden(nil); !strings.HasPrefix(said, "there is no golden file "+file+": write it with SDKTEST_UPDATE=1 go test") {
		t.Errorf("no file: %q", said)
	}
	if err := os.WriteFile(file, []byte(sdktest.Format(sdk.Tree{"a": sdk.Text("1")})), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := golden(sdk.Tree{"a": sdk.Text("1")}); said != "" {
		t.Errorf("the same tree: %q", said)
	}
	said := golden(sdk.Tree{"a": sdk.Text("2")})
	for _, want := range []string{"the tree is not as in " + file, `-`, `"  | 1"`, `+`, `"  | 2"`} {
		if !strings.Contains(said, want) {
			t.Errorf("another value: %q, want %q in it", said, want)
		}
	}
}

// TestGoldenWrites is not parallel: it sets the environment.
func TestGoldenWrites(t *testing.T) {
	file := filepath.Join(t.TempDir(), "testdata", "tree.golden")
	t.Setenv(sdktest.UpdateEnv, "1")
	sdktest.Golden(t, file, everyNode())
	t.Setenv(sdktest.UpdateEnv, "")
	sdktest.Golden(t, file, everyNode())
}
