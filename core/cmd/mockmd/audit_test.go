package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// auditing is a plugin of somebody else whose leaves are audited: one that
// ends at once and is followed by one with fields of its own, a live node, and
// a live node whose audit breaks a rule.
const auditing = `package main

import (
	"context"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{}

func (plugin) Mounts() []string { return []string{"meta-data/vault"} }

func (plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	live := func(audit map[string]string) sdk.Node {
		return sdk.Live{Resolve: func(context.Context, *sdk.Request) (sdk.Leaf, error) {
			return sdk.Leaf{Body: []byte("alive"), Audit: audit}, nil
		}}
	}
	ended := sdk.Leaf{Body: []byte("gone"), NotAfter: time.Now(), Audit: map[string]string{"key": "first"}}
	ended.Successor = &sdk.Leaf{Body: []byte("after"), Audit: map[string]string{"key": "second"}}
	return sdk.Tree{
		"meta-data/vault/key":     sdk.Leaf{Body: []byte("canary"), Audit: map[string]string{"role": "app", "access_key_id": "ASIA"}},
		"meta-data/vault/ended":   ended,
		"meta-data/vault/plain":   sdk.Text("plain"),
		"meta-data/vault/live":    live(map[string]string{"served": "now"}),
		"meta-data/vault/refused": live(map[string]string{"client": "10.0.0.1"}),
	}, nil
}

func main() { sdk.Serve(plugin{}) }
`

// build makes a program of one file and returns its path.
func build(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	file, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "plugin")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, file).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// TestAuditedReads: each read of a leaf that a plugin marks is logged, and
// nothing else.
func TestAuditedReads(t *testing.T) {
	t.Parallel()
	d := start(t, preamble+"plugin \"vault\" { command = [\""+build(t, auditing)+"\"] }\n")
	vault := d.metadata + "/latest/meta-data/vault/"
	for path, want := range map[string]int{"plain": http.StatusOK, "": http.StatusOK, "none": http.StatusNotFound, "refused": http.StatusServiceUnavailable} {
		if status, body := get(t, vault+path); status != want {
			t.Errorf("%q: %d %q, want %d", path, status, body, want)
		}
	}
	d.waitLines(`a live node was not answered; answered 503: plugin=vault path=meta-data/vault/refused error="the audit field client is written by the core itself: choose another name"`, 1)
	request(t, http.MethodHead, vault+"key", "")
	_, token := request(t, http.MethodPut, d.metadata+"/latest/api/token", "", "X-aws-ec2-metadata-token-ttl-seconds", "60")
	for _, read := range []struct{ path, body, header, value, line string }{
		{"key", "canary", "", "", "imds=v1 plugin=vault access_key_id=ASIA role=app"},
		{"key", "canary", "X-aws-ec2-metadata-token", token, "imds=v2 plugin=vault access_key_id=ASIA role=app"},
		{"ended", "after", "", "", "imds=v1 plugin=vault key=second"},
		{"live", "alive", "", "", "imds=v1 plugin=vault served=now"},
	} {
		header := []string{read.header, read.value}
		if read.header == "" {
			header = nil
		}
		if status, body := get(t, vault+read.path, header...); status != http.StatusOK || body != read.body {
			t.Errorf("%s: %d %q", read.path, status, body)
		}
		d.waitMatch(regexp.MustCompile(regexp.QuoteMeta("[INFO]  metadata: metadata read: client=127.0.0.1 path=/latest/meta-data/vault/" + read.path + " " + read.line)))
	}
	d.stop()
	if n := count(strings.Split(d.output(), "\n"), "metadata read"); n != 4 || strings.Contains(d.output(), "canary") {
		t.Errorf("%d reads are told, want 4, and no body", n)
	}
}
