package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/examples/internal/served"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// canary is a token, and with -value a secret, that nothing may tell.
const canary = "hvs.CANARY"

// vault is an upstream. Gone receives a value when a client gives up on the
// secret "slow".
func vault(t *testing.T) (url string, gone <-chan struct{}) {
	t.Helper()
	left := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Vault-Token") != canary {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		switch r.URL.EscapedPath() {
		case "/v1/secret/data/db/password":
			fmt.Fprintf(w, `{"data": {"data": {"value": "%s-value"}}}`, canary)
		case "/v1/secret/data/broken":
			fmt.Fprintf(w, `{"data": "%s-value"`, canary)
		case "/v1/secret/data/moved":
			http.Redirect(w, r, "/v1/secret/data/db/password", http.StatusFound)
		case "/v1/secret/data/slow":
			<-r.Context().Done()
			left <- struct{}{}
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, left
}

// TestServed: the token of the shipped configuration is in a file that the
// example does not have, so the test writes it.
func TestServed(t *testing.T) {
	t.Parallel()
	url, gone := vault(t)
	token := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(token, []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := served.Start(t, "http://127.0.0.1:8200", url, `"token.txt"`, `"`+token+`"`, `"2s"`, `"100ms"`)
	e.Ready()
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"meta-data/vault/db/password", http.StatusOK, canary + "-value"},
		{"meta-data/vault/none", http.StatusNotFound, ""},
		{"meta-data/vault/broken", http.StatusServiceUnavailable, ""},
		{"meta-data/vault/moved", http.StatusServiceUnavailable, ""},
		{"meta-data/vault/slow", http.StatusServiceUnavailable, ""},
		{"meta-data/", http.StatusOK, "vault/"},
	} {
		status, body := e.Get(c.path)
		if status != c.status || c.body != "" && body != c.body {
			t.Errorf("%s: %d %q, want %d %q", c.path, status, body, c.status, c.body)
		}
	}
	<-gone // the upstream is not kept waiting for nobody
	if err := os.WriteFile(token, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _ := e.Get("meta-data/vault/db/password"); status != http.StatusServiceUnavailable {
		t.Errorf("with a token that the upstream refuses: %d", status)
	}
	for _, want := range []string{"secret=db/password", "the upstream answers 403", "the upstream answers 302", "has no data.data.value"} {
		e.Wait("meta-data/", func(int, string) bool { return strings.Contains(e.Log(), want) })
	}
	if strings.Contains(e.Log(), canary) {
		t.Error("the log tells a secret")
	}
}

// TestDeadline: the request to the upstream ends with that of the client.
func TestDeadline(t *testing.T) {
	t.Parallel()
	url, gone := vault(t)
	p := &plugin{}
	configured(t, p, url)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := p.resolve(ctx, &sdk.Request{Path: mount + "/slow"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	select {
	case <-gone:
	case <-ctx.Done(): // it may have ended before the upstream was reached
	}
}

// configured configures the plugin with an upstream.
func configured(t *testing.T, plugin sdk.Plugin, url string) *sdktest.Plugin {
	t.Helper()
	p := sdktest.Start(t, plugin)
	p.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(p.Dir, "token"), []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	sdktest.Expect(t, p.Configure(fmt.Sprintf("address = %q\ntoken_file = \"token\"", url)))
	return p
}

func TestNames(t *testing.T) {
	t.Parallel()
	url, _ := vault(t)
	p := configured(t, &plugin{}, url)
	p.Run()
	p.Tree()
	if leaf, err := p.Resolve("", mount, mount+"/db/password"); err != nil || string(leaf.Body) != canary+"-value" {
		t.Errorf("%q %v", leaf.Body, err)
	}
	for _, name := range []string{
		"", "/", "/none", "/db", "/db/password/", "/db//password", "/db%2fpassword", "/db%2Fpassword?x=1",
		"/x/../db/password", "/x/%2e%2e/db/password", "/../data/db/password", "/./db/password", "/db\\password",
	} {
		if leaf, err := p.Resolve("", mount, mount+name); !errors.Is(err, sdk.ErrNotFound) {
			t.Errorf("%q: %q %v", name, leaf.Body, err)
		}
	}
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, &plugin{})
	p.Dir = t.TempDir()
	for name, text := range map[string]string{"token": canary, "empty": "\n", "two": "a\nb"} {
		if err := os.WriteFile(filepath.Join(p.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const address = `1: Invalid address; Write the URL of the upstream, without a password: "https://vault.example.com:8200".`
	for config, want := range map[string][]string{
		"address = \"http://a\"\ntoken_file = \"token\"":     nil,
		"address = \"a:8200\"\ntoken_file = \"token\"":       {address},
		"address = \"http://\"\ntoken_file = \"token\"":      {address},
		"address = \"http://u:p@a\"\ntoken_file = \"token\"": {address},
		"address = \"://\"\ntoken_file = \"none\"":           {address, "2: Unusable token file; The token cannot be read: open "},
		"address = \"http://a\"\ntoken_file = \"empty\"":     {"2: must hold one line of printable characters"},
		"address = \"http://a\"\ntoken_file = \"two\"":       {"2: must hold one line of printable characters"},
		"address = \"http://a\"":                             {`1: The argument "token_file" is required`},
	} {
		sdktest.Expect(t, p.Configure(config), want...)
	}
}
