package adminclient_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/adminclient"
	"github.com/mockmd/mockmd/core/config"
)

const token = "0123456789abcdef0123456789abcdef"

func TestGet(t *testing.T) {
	t.Parallel()
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		tokenFile string
		handle    http.HandlerFunc
		want      string // the answer, or the end of the error
	}{
		"answer": {"", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusTeapot)
			}
			_, _ = w.Write([]byte(r.Method + " " + r.URL.Path))
		}, "GET /some/action"},
		"token": {tokenFile, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_, _ = w.Write([]byte(r.Header.Get("Authorization")))
		}, "Bearer " + token},
		"token that nobody asks for": {tokenFile, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("none" + r.Header.Get("Authorization")))
		}, "none"},
		"token that is refused": {tokenFile, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"send the token of token_file"}`))
		}, " answers 401 " + http.StatusText(http.StatusUnauthorized) + ": send the token of token_file"},
		"refusal with its reason": {"", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"error":"this client is not local"}`))
		}, " answers 403 Forbidden: this client is not local"},
		"refusal of another server": {"", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
		}, " answers 502 Bad Gateway"},
		"redirect": {"", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, " answers 302 Found"},
		"no token": {filepath.Join(t.TempDir(), "none"), func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
		}, "none: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(tt.handle)
			t.Cleanup(s.Close)
			c, err := adminclient.New(&config.Admin{Address: s.Listener.Addr().String(), TokenFile: tt.tokenFile}, "")
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.Get(t.Context(), "some/action")
			got := string(answer)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasSuffix(got, tt.want) || err == nil && got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestGetOnAllInterfaces: what listens everywhere is asked on the loopback.
func TestGetOnAllInterfaces(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) }))
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	for _, host := range []string{"", "0.0.0.0", "localhost", "127.0.0.1"} {
		c, err := adminclient.New(&config.Admin{Address: host + ":" + port}, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Get(t.Context(), "a"); err != nil || string(got) != "here" {
			t.Errorf("%q: %q %v", host, got, err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	c, err := adminclient.New(&config.Admin{Address: "127.0.0.1:1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), "a"); err == nil || err.Error() != "nobody listens on 127.0.0.1:1: start mockmd with this configuration first" {
		t.Error(err)
	}
}

func TestFreePort(t *testing.T) {
	t.Parallel()
	const want = "the admin listener is on a free port (127.0.0.1:0), which nobody but the running mockmd knows: give it a port in the admin block"
	if _, err := adminclient.New(&config.Admin{Address: "127.0.0.1:0"}, ""); err == nil || err.Error() != want {
		t.Error(err)
	}
}

// TestSocketNeedsNoCertificate: that of the address is read for who asks there
// only.
func TestSocketNeedsNoCertificate(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	a := &config.Admin{Address: "127.0.0.1:1", Socket: filepath.Join(dir, "s"), TLS: &config.TLS{CertificateFile: filepath.Join(dir, "none.pem")}}
	ask := func() (string, error) {
		t.Helper()
		c, err := adminclient.New(a, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Get(t.Context(), "a")
		return string(got), err
	}
	if _, err := ask(); err == nil || !strings.HasPrefix(err.Error(), "read the certificate "+a.TLS.CertificateFile) {
		t.Errorf("no socket either: %v", err)
	}
	l, err := net.Listen("unix", a.Socket)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("true")) }))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	if got, err := ask(); got != "true" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}
