package identity_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/identity"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

const mount = "dynamic/instance-identity"

// started runs the plugin with a state folder until all signatures are there.
func started(t *testing.T, stateDir string) (*sdktest.Plugin, sdk.Tree) {
	t.Helper()
	p := sdktest.Start(t, identity.New())
	p.StateDir = stateDir
	sdktest.Expect(t, p.Configure(""))
	p.Run()
	return p, p.WaitTree("all signatures", func(tree sdk.Tree) bool {
		return !slices.ContainsFunc(slices.Collect(maps.Values(tree)), func(n sdk.Node) bool {
			_, live := n.(sdk.Live)
			return live
		})
	})
}

func certificates(t *testing.T, p *sdktest.Plugin) map[string]string {
	t.Helper()
	answer, err := p.Act("identity/certificates", nil)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	stateDir := filepath.Join(t.TempDir(), "identity")
	p, tree := started(t, stateDir)
	if got, want := p.Mounts(), []string{mount}; !slices.Equal(got, want) {
		t.Errorf("mounts %q, want %q", got, want)
	}
	if got, want := p.Describe().Actions, []string{"identity/certificates"}; !slices.Equal(got, want) {
		t.Errorf("actions %q, want %q", got, want)
	}
	since := map[string]string{}
	for path, n := range tree {
		if leaf, ok := n.(sdk.Leaf); ok {
			since[path] = leaf.Since
			if leaf.ContentType != "" || !leaf.LastModified.IsZero() || len(leaf.Body) == 0 {
				t.Errorf("%s: content type %q, last modified %s, %d bytes", path, leaf.ContentType, leaf.LastModified, len(leaf.Body))
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		mount + "/document": "2009-04-04", mount + "/pkcs7": "2009-04-04", mount + "/signature": "2009-04-04", mount + "/rsa2048": "2016-01-01",
	}, since); diff != "" {
		t.Errorf("leaves (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sdk.Node(sdk.Dir{Order: []string{"rsa2048", "pkcs7", "document", "signature"}, Since: "2009-04-04"}), tree[mount]); diff != "" {
		t.Errorf("directory (-want +got):\n%s", diff)
	}
	if degraded, _ := p.Status(); degraded != "" {
		t.Errorf("degraded: %s", degraded)
	}
}

// A second run has the same certificates, and the first tree all signatures.
func TestKeysOutliveTheProcess(t *testing.T) {
	t.Parallel()
	stateDir := filepath.Join(t.TempDir(), "state", "identity")
	first, _ := started(t, stateDir)
	want := certificates(t, first)
	if len(want) != 3 {
		t.Fatalf("certificates %q, want three", slices.Sorted(maps.Keys(want)))
	}
	first.Stop()
	expectMode(t, stateDir, os.ModeDir|0o700)
	for kind := range want {
		expectMode(t, filepath.Join(stateDir, kind+".pem"), 0o600)
	}
	second := sdktest.Start(t, identity.New())
	second.StateDir = stateDir
	sdktest.Expect(t, second.Configure(""))
	second.Run()
	for path, n := range second.Tree() {
		if _, live := n.(sdk.Live); live {
			t.Errorf("%s is not there at once", path)
		}
	}
	if diff := cmp.Diff(want, certificates(t, second)); diff != "" {
		t.Errorf("certificates (-first +second):\n%s", diff)
	}
	elsewhere, _ := started(t, filepath.Join(t.TempDir(), "identity"))
	for kind, pem := range certificates(t, elsewhere) {
		if pem == want[kind] {
			t.Errorf("two state folders have the same certificate of %s", kind)
		}
	}
}

func TestRefusesUnknownOptions(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, identity.New())
	sdktest.Expect(t, p.Configure("zone = 1\nkeys \"pkcs7\" {}"),
		`1: An argument named "zone" is not expected here.`,
		`2: Blocks of type "keys" are not expected here. Did you mean "key"?`)
}

func expectMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s has mode %s, want %s", path, info.Mode(), want)
	}
}
