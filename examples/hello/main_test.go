package main_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestServed builds the plugin and mockmd and reads the path from the two real
// processes, with the example's own configuration on free ports.
func TestServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	build(t, filepath.Join(dir, "hello"), ".")
	build(t, filepath.Join(dir, "mockmd"), "github.com/mockmd/mockmd/core/cmd/mockmd")
	config, err := os.ReadFile("metadata.hcl")
	if err != nil {
		t.Fatal(err)
	}
	free := strings.NewReplacer("127.0.0.1:1338", "127.0.0.1:0", "127.0.0.1:8998", "127.0.0.1:0").Replace(string(config))
	path := filepath.Join(dir, "metadata.hcl")
	if err := os.WriteFile(path, []byte(free), 0o600); err != nil {
		t.Fatal(err)
	}

	cmd := exec.CommandContext(context.Background(), filepath.Join(dir, "mockmd"), "-config", path)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("mockmd ended: %v", err)
		}
	})
	base := ""
	for s := bufio.NewScanner(out); base == "" && s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) == 2 && f[0] == "metadata" {
			base = f[1]
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/latest/meta-data/hello", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(a.Body)
	if cerr := a.Body.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	if a.StatusCode != http.StatusOK || string(body) != "world" {
		t.Errorf("meta-data/hello: %s %q, want 200 and world", a.Status, body)
	}
}

func build(t *testing.T, to, pkg string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", to, pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
}
