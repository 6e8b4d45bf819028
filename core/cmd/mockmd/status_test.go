package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// status runs `mockmd status` beside the daemon.
func (d *daemon) status(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	return statusIn(d.t, d.dir, args...)
}

func statusIn(t testing.TB, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, dir, nil, append([]string{"status"}, args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestStatusCommand asks a real daemon before and after its bootstrap.
func TestStatusCommand(t *testing.T) {
	t.Parallel()
	d := startWithAdmin(t, `
plugin "iam" {
  config {
    role "app" {
      arn = "arn:aws:iam::123456789012:role/app"
    }
    sts {
      simulated      = true
      auto_bootstrap = false
    }
  }
}
`)
	d.waitStatus("false")
	code, stdout, stderr := d.status()
	if code != exitFailed || stderr != "" || !strings.Contains(stdout, "status false, what it serves is not valid\nready: no, healthy: yes\n") ||
		!strings.Contains(stdout, "\nProblems:\n") || !strings.Contains(stdout, `  plugin "iam" has nothing valid to serve`) {
		t.Errorf("before the bootstrap: exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, _ = d.status("-json"); code != exitFailed || report(t, stdout)["status"] != false {
		t.Errorf("before the bootstrap: exit code %d\n%s", code, stdout)
	}
	d.bootstrap()
	d.waitStatus("true")
	code, stdout, stderr = d.status()
	if want := "mockmd on " + strings.TrimPrefix(d.admin, "http://") + ": status true, what it serves is valid\nready: yes, healthy: yes\n"; code != exitOK || stderr != "" || !strings.HasPrefix(stdout, want) {
		t.Errorf("after the bootstrap: exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, _ = d.status("-json"); code != exitOK || report(t, stdout)["status"] != true || report(t, stdout)["ready"] != true {
		t.Errorf("after the bootstrap: exit code %d\n%s", code, stdout)
	}
	if strings.Contains(stdout, bootstrapSecret) {
		t.Error("a secret is told")
	}
}

func report(t *testing.T, stdout string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	return r
}

// telling is a plugin that offers the action credentials.
const telling = `package main

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{}

func (plugin) Mounts() []string { return []string{"meta-data/vault"} }

func (plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/vault/key": sdk.Text("value")}, nil
}

func (plugin) Actions() []sdk.Action {
	return []sdk.Action{{Name: "credentials", ReadOnly: true, Do: func(context.Context, []byte) ([]byte, error) {
		return []byte(` + "`" + `{"sts": "a simulated STS", "later": true, "roles": [
			{"role": "app", "state": "valid", "access_key_id": "ASIAEXAMPLE", "expires": "2200-01-01T00:00:00Z", "next_refresh": "2000-01-01T00:00:00Z", "source": "vault"},
			{"role": "old", "state": "expired", "expires": "2000-01-01T00:00:00Z",
			 "error": {"class": "needs a human", "code": "AccessDenied", "message": "not\u001b[2J allowed", "mend": "allow it"}}]}` + "`" + `), nil
	}}}
}

func main() { sdk.Serve(plugin{}) }
`

// TestStatusOfCredentials: what the action credentials tells is printed, the
// problems with their mends, and nothing that a terminal acts upon.
func TestStatusOfCredentials(t *testing.T) {
	t.Parallel()
	d := startWithAdmin(t, "plugin \"vault\" { command = [\""+build(t, telling)+"\"] }\n")
	d.waitStatus("true")
	code, stdout, stderr := d.status()
	if code != exitOK || stderr != "" {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	for _, want := range []string{
		"STS: a simulated STS\n",
		"ROLE  STATE    ACCOUNT  ACCESS KEY   EXPIRES ",
		"  now           vault\n",
		"old   expired  -        -            expired ",
		"  role old (needs a human, AccessDenied): not\ufffd[2J allowed. Mend: allow it\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing", want)
		}
	}
	code, asJSON, _ := d.status("-json")
	if credentials, _ := report(t, asJSON)["credentials"].(map[string]any); code != exitOK || credentials["later"] != true || strings.Contains(asJSON+stdout, "\x1b") {
		t.Errorf("exit code %d\n%s", code, asJSON)
	}
	if t.Failed() {
		t.Log(stdout)
	}
}

// TestStatusWithoutAnIAMPlugin has no credentials to tell of.
func TestStatusWithoutAnIAMPlugin(t *testing.T) {
	t.Parallel()
	d := startWithAdmin(t, "plugin \"placement\" {}\n")
	d.waitStatus("true")
	want := "mockmd on " + strings.TrimPrefix(d.admin, "http://") + ": status true, what it serves is valid\nready: yes, healthy: yes\n"
	if code, stdout, stderr := d.status(); code != exitOK || stdout != want || stderr != "" {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

func TestStatusErrors(t *testing.T) {
	t.Parallel()
	const nobody = "nobody listens on 127.0.0.1:1: start mockmd with this configuration first"
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	elsewhere := other.Listener.Addr().String()
	for name, tt := range map[string]struct {
		config string
		args   []string
		code   int
		stdout string // of JSON, the sentence that it must have
		stderr string
	}{
		"nobody there":       {"admin { address = \"127.0.0.1:1\" }\nplugin \"iam\" {}\n", nil, exitFailed, "", nobody},
		"nobody there, JSON": {"admin { address = \"127.0.0.1:1\" }\nplugin \"iam\" {}\n", []string{"-json"}, exitFailed, nobody, nobody},
		"another program": {
			"admin { address = \"" + elsewhere + "\" }\nplugin \"iam\" {}\n", nil, exitFailed, "",
			"what answers on " + elsewhere + " is no admin listener of mockmd: GET /status is answered with 404 and neither true nor false",
		},
		"free port":  {preamble + "plugin \"iam\" {}\n", nil, exitFailed, "", "the admin listener is on a free port (127.0.0.1:0)"},
		"bad file":   {"admin {\n", []string{"-json"}, exitConfig, "", "metadata.hcl"},
		"extra word": {preamble, []string{"app"}, exitUsage, "", `mockmd status: unexpected argument "app"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, tt.config, append([]string{"status"}, tt.args...)...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) || !strings.Contains(stdout, tt.stdout) || (tt.stdout == "") != (stdout == "") {
				t.Errorf("exit code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
			}
			if tt.stdout != "" {
				report(t, stdout)
			}
		})
	}
}

// TestStatusWithAToken: a listener that takes nobody for local is given the
// token of the configuration. The real one asks for it only of other hosts.
func TestStatusWithAToken(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef0123456789abcdef"
	answers := map[string]string{
		"/status": "true", "/healthz": "true", "/readyz": `{"ready":true}`,
		"/credentials": `{"roles":[{"role":"app","state":"valid"}]}`,
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/credentials" && r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"send the token of token_file"}`))
			return
		}
		_, _ = w.Write([]byte(answers[r.URL.Path]))
	}))
	t.Cleanup(s.Close)
	for given, want := range map[string]string{
		token:                               "\napp   valid ",
		"another6789abcdef0123456789abcdef": "\n  not known: the credentials: " + s.Listener.Addr().String() + " answers 401 ",
	} {
		dir := t.TempDir()
		config := "admin {\n  address = \"" + s.Listener.Addr().String() + "\"\n  token_file = \"token\"\n}\nplugin \"iam\" {}\n"
		for name, text := range map[string]string{"metadata.hcl": config, "token": given + "\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if code, stdout, stderr := statusIn(t, dir); code != exitOK || !strings.Contains(stdout, want) || strings.Contains(stdout+stderr, given) {
			t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
		}
	}
}
