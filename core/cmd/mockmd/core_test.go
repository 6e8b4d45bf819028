package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestStatusWithoutIAM: where no plugin declares a validity, all being ready
// is what counts.
func TestStatusWithoutIAM(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+"plugin \"placement\" {}\nplugin \"identity\" {}\n")
	d.waitStatus("true")
	if status, body := request(t, http.MethodPost, d.admin+"/bootstrap/creds", bootstrapBody); status != http.StatusNotFound || !strings.Contains(body, "plugin \\\"iam\\\"") {
		t.Errorf("a bootstrap that nobody takes: %d %s", status, body)
	}
}

// stranger is a plugin of somebody else: it takes the place of a built-in, has
// a live node, and shows the environment that it was given.
const stranger = `package main

import (
	"context"
	"os"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{}

func (plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{
		"meta-data/env": sdk.Text(strings.Join(os.Environ(), "\n")),
		"meta-data/live": sdk.Live{Subtree: true, Resolve: func(_ context.Context, r *sdk.Request) (sdk.Leaf, error) {
			if r.Path == "meta-data/live/none" {
				return sdk.Leaf{}, sdk.ErrNotFound
			}
			return sdk.Text(r.Path + " " + r.Client.String() + " " + r.Version), nil
		}},
	}, nil
}

func main() { sdk.Serve(plugin{}) }
`

// TestStrangers runs a foreign program under a built-in's label: AWS variables
// go by registration, never by label; its live nodes answer per request.
func TestStrangers(t *testing.T) {
	t.Parallel()
	program := build(t, stranger)
	d := start(t, preamble+`
plugin "iam" {
  command = ["`+program+`"]
  mount   = ["meta-data/env", "meta-data/live"]
}
`, "AWS_SECRET_ACCESS_KEY=canary", "HTTPS_PROXY=http://canary")
	if _, env := get(t, d.metadata+"/latest/meta-data/env"); strings.Contains(env, "canary") || !strings.Contains(env, "AWS_EC2_METADATA_DISABLED=true") {
		t.Errorf("environment of a stranger called iam:\n%s", env)
	}
	for path, want := range map[string]string{
		"/latest/meta-data/live":          "meta-data/live 127.0.0.1 latest",
		"/2021-07-15/meta-data/live/a/b/": "meta-data/live/a/b 127.0.0.1 2021-07-15",
	} {
		if status, body := get(t, d.metadata+path); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q, want %q", path, status, body, want)
		}
	}
	if status, _ := get(t, d.metadata+"/latest/meta-data/live/none"); status != http.StatusNotFound {
		t.Errorf("a live path that is not there: %d", status)
	}
	if _, body := get(t, d.metadata+"/latest/meta-data/"); body != "env\nlive/" {
		t.Errorf("listing %q", body)
	}
}

// TestConflictingPlugins: two plugins that claim the same are found by
// validation, with the place of the second.
func TestConflictingPlugins(t *testing.T) {
	t.Parallel()
	code, _, stderr := runOnce(t, preamble+`plugin "placement" {}
plugin "identity" {
  mount = ["meta-data/placement"]
}
`, "validate")
	if want := `The mount "meta-data/placement" belongs to plugin "placement" already`; code != exitConfig || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, want %q in:\n%s", code, want, stderr)
	}
}
