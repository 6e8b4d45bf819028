package served

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Example is an example that is served.
type Example struct {
	// Dir is where its files are: copies that a test may change.
	Dir string
	// Metadata and Admin are the URLs of the two listeners.
	Metadata, Admin string

	t   testing.TB
	mu  sync.Mutex
	log strings.Builder
}

// Start builds the example in the working directory, as tests have it, and
// serves it until the test ends. Replace are pairs of texts in its metadata.hcl
// and what stands there instead.
func Start(t testing.TB, replace ...string) *Example {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	e := &Example{Dir: t.TempDir(), t: t}
	build(t, filepath.Join(e.Dir, filepath.Base(wd)), ".")
	mockmd := filepath.Join(t.TempDir(), "mockmd")
	build(t, mockmd, "github.com/mockmd/mockmd/core/cmd/mockmd")
	e.copyFiles(strings.NewReplacer(append([]string{"127.0.0.1:1338", "127.0.0.1:0", "127.0.0.1:8998", "127.0.0.1:0"}, replace...)...))

	cmd := exec.CommandContext(context.Background(), mockmd, "-config", filepath.Join(e.Dir, "metadata.hcl"))
	cmd.Stderr = e
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("mockmd ended: %v", err)
		}
		if t.Failed() {
			t.Logf("mockmd said:\n%s", e.Log())
		}
	})
	listens := make(chan struct{})
	go func() {
		defer close(read)
		for s := bufio.NewScanner(out); s.Scan(); {
			f := strings.Fields(s.Text())
			if len(f) != 2 || !strings.HasPrefix(f[1], "http://") {
				continue
			}
			switch f[0] {
			case "metadata":
				e.Metadata = f[1]
			case "admin": // comes behind it
				e.Admin = f[1]
				close(listens)
			}
		}
	}()
	select {
	case <-listens:
	case <-read:
		t.Fatalf("mockmd does not serve the example:\n%s", e.Log())
	}
	return e
}

// copyFiles copies what is beside the code, and gives mockmd free ports.
func (e *Example) copyFiles(config *strings.Replacer) {
	e.t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		e.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() || strings.HasSuffix(entry.Name(), ".go") || filepath.Ext(entry.Name()) == "" {
			continue // folders, code, and a program that somebody has built here
		}
		body, err := os.ReadFile(entry.Name())
		if err != nil {
			e.t.Fatal(err)
		}
		if entry.Name() == "metadata.hcl" {
			body = []byte(config.Replace(string(body)))
		}
		if err := os.WriteFile(filepath.Join(e.Dir, entry.Name()), body, 0o600); err != nil {
			e.t.Fatal(err)
		}
	}
}

// Write collects the log of mockmd.
func (e *Example) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.log.Write(p)
}

// Log is what mockmd has logged so far.
func (e *Example) Log() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.log.String()
}

// Get reads a path of the latest version, such as "meta-data/hello".
func (e *Example) Get(path string) (status int, body string) {
	e.t.Helper()
	return e.read(e.Metadata + "/latest/" + path)
}

// Wait reads a path until ok holds for the answer, which it returns.
func (e *Example) Wait(path string, ok func(status int, body string) bool) string {
	e.t.Helper()
	return e.wait(e.Metadata+"/latest/"+path, ok)
}

// Ready waits until every plugin serves.
func (e *Example) Ready() {
	e.t.Helper()
	e.wait(e.Admin+"/readyz", func(status int, _ string) bool { return status == http.StatusOK })
}

func (e *Example) wait(url string, ok func(status int, body string) bool) string {
	e.t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for {
		status, body := e.read(url)
		if ok(status, body) {
			return body
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("%s is still %d %q after a minute", url, status, body)
		}
		time.Sleep(5 * time.Millisecond) // nothing tells an outsider of the change
	}
}

func (e *Example) read(url string) (status int, body string) {
	e.t.Helper()
	r, err := http.NewRequestWithContext(e.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		e.t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	b, err := io.ReadAll(a.Body)
	if cerr := a.Body.Close(); err != nil || cerr != nil {
		e.t.Fatal(err, cerr)
	}
	return a.StatusCode, string(b)
}

func build(t testing.TB, to, pkg string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", to, pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
}
