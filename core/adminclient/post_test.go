package adminclient_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/mockmd/mockmd/core/adminclient"
	"github.com/mockmd/mockmd/core/config"
)

// echo answers with what it was asked, and wants the token where the path ends
// in "guarded".
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case r.URL.Path == "/guarded" && r.Header.Get("Authorization") != "Bearer "+token:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/refused":
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"error":"try again"}`))
	case len(body) == 0:
		w.WriteHeader(http.StatusAccepted)
	default:
		_, _ = w.Write([]byte(r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type") + " " + string(body)))
	}
}

func echoing(t *testing.T) *adminclient.Client {
	t.Helper()
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(s.Close)
	c, err := adminclient.New(&config.Admin{Address: s.Listener.Addr().String(), TokenFile: tokenFile}, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Address() != s.Listener.Addr().String() {
		t.Errorf("asks %s", c.Address())
	}
	return c
}

func TestPost(t *testing.T) {
	t.Parallel()
	c := echoing(t)
	for _, tt := range []struct{ action, body, want string }{
		{"open", `{"a":1}`, `POST /open application/json {"a":1}`},
		{"guarded", `{"a":1}`, `POST /guarded application/json {"a":1}`}, // the body is sent again, with the token
		{"empty", "", ""},
		{"refused", "{}", c.Address() + " answers 409 Conflict: try again"},
	} {
		answer, err := c.Post(t.Context(), tt.action, []byte(tt.body))
		got := string(answer)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.action, got, tt.want)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	c := echoing(t)
	for path, want := range map[string]int{"open": http.StatusAccepted, "refused": http.StatusConflict, "guarded": http.StatusAccepted} {
		a, err := c.Fetch(t.Context(), path)
		if err != nil || a.Status != want {
			t.Errorf("%s: %d %v, want %d", path, a.Status, err, want)
		}
		if refused := c.Refusal(a); (refused != nil) != (want == http.StatusConflict) {
			t.Errorf("%s: %v", path, refused)
		}
	}
}

// TestSubmit: nothing is sent, and every status is an answer.
func TestSubmit(t *testing.T) {
	t.Parallel()
	c := echoing(t)
	for path, want := range map[string]adminclient.Answer{
		"open":    {Status: http.StatusAccepted, Body: []byte{}},
		"guarded": {Status: http.StatusAccepted, Body: []byte{}},
		"refused": {Status: http.StatusConflict, Body: []byte(`{"error":"try again"}`)},
	} {
		if got, err := c.Submit(t.Context(), path); err != nil || got.Status != want.Status || string(got.Body) != string(want.Body) {
			t.Errorf("%s: %d %q %v, want %d %q", path, got.Status, got.Body, err, want.Status, want.Body)
		}
	}
}
