package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// somePairs are one pair of each kind: making them takes a moment.
var somePairs = sync.OnceValues(func() (map[string]*pair, error) {
	out := map[string]*pair{}
	for _, k := range kinds() {
		p, err := k.make(rand.Reader)
		if err != nil {
			return nil, err
		}
		out[k.name] = p
	}
	return out, nil
})

func pairs(t *testing.T) map[string]*pair {
	t.Helper()
	out, err := somePairs()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fakeHost remembers what the plugin said.
type fakeHost struct {
	changed chan struct{}
	saved   chan []byte

	mu         sync.Mutex
	checkpoint []byte
	degraded   string
}

func newHost() *fakeHost {
	return &fakeHost{changed: make(chan struct{}, 8), saved: make(chan []byte, 8)}
}

func (h *fakeHost) Changed(...string) { h.changed <- struct{}{} }

func (h *fakeHost) Checkpoint(data []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checkpoint = bytes.Clone(data)
	h.saved <- h.checkpoint
	return nil
}

// waitCheckpoint returns the next checkpoint.
func (h *fakeHost) waitCheckpoint(t *testing.T) []byte {
	t.Helper()
	select {
	case data := <-h.saved:
		return data
	case <-t.Context().Done():
		t.Fatal("no checkpoint")
		return nil
	}
}

func (h *fakeHost) Degraded(message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.degraded = message
}

func (h *fakeHost) last() (checkpoint []byte, degraded string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.checkpoint), h.degraded
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// rig is a plugin with a fake core. Its keys are those of somePairs, so making
// them takes no time.
type rig struct {
	*plugin
	t    *testing.T
	host *fakeHost
	log  *logBuffer
	in   *sdk.Instance
}

// newRig configures a plugin with a state folder; "" is none.
func newRig(t *testing.T, stateDir, config string) *rig {
	t.Helper()
	g := &rig{plugin: newPlugin(rand.Reader), t: t, host: newHost(), log: &logBuffer{}, in: sdktest.Instance()}
	all := pairs(t)
	g.make = func(k kind) (*pair, error) { return all[k.name], nil }
	if err := g.Configure(t.Context(), g.config(stateDir, config)); err != nil {
		t.Fatalf("configure: %v", err)
	}
	return g
}

func (g *rig) config(stateDir, text string) *sdk.Config {
	g.t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(text), "config.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		g.t.Fatal(diags)
	}
	return &sdk.Config{
		Name: "identity", Body: f.Body.(*hclsyntax.Body), Instances: []*sdk.Instance{g.in}, Mounts: []string{mount}, StateDir: stateDir,
		Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: g.log, JSONFormat: true}),
	}
}

// start runs the plugin until the test ends.
func (g *rig) start() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.t.Context()))
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx, g.host) }()
	g.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			g.t.Errorf("run: %v", err)
		}
	})
}

// startAndWait returns when the keys are there.
func (g *rig) startAndWait() {
	g.t.Helper()
	g.start()
	for _, k := range kinds() {
		if _, err := g.keys.wait(g.t.Context(), k); err != nil {
			g.t.Fatal(err)
		}
	}
}

// body returns what is served below the mount.
func (g *rig) body(name string) []byte {
	g.t.Helper()
	tree, err := g.Tree(g.t.Context(), g.in)
	if err != nil {
		g.t.Fatal(err)
	}
	leaf, ok := tree[mount+"/"+name].(sdk.Leaf)
	if !ok {
		g.t.Fatalf("%s is %T, want a leaf", name, tree[mount+"/"+name])
	}
	return leaf.Body
}

// signer is a plugin whose keys are there.
func signer(t *testing.T) *rig {
	t.Helper()
	g := newRig(t, "", "")
	for _, k := range kinds() {
		g.keys.set(k, pairs(t)[k.name])
	}
	return g
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// expectNoKeys fails when text shows some of a private key.
func expectNoKeys(t *testing.T, what, text string, all map[string]*pair) {
	t.Helper()
	if strings.Contains(text, "-----END PRIVATE KEY") {
		t.Errorf("%s shows a private key: %s", what, text)
	}
	for name, p := range all {
		data, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		_, key, ok := strings.Cut(string(data), "-----BEGIN PRIVATE KEY-----\n")
		if !ok {
			t.Fatalf("no key in %s", name)
		}
		for line := range strings.Lines(key) {
			if line = strings.TrimSpace(line); len(line) > 8 && strings.Contains(text, line) {
				t.Errorf("%s shows some of the key of %s", what, name)
			}
		}
	}
}
