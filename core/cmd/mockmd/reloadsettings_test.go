package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestReloadSettings changes what belongs to no plugin: it holds with the
// reload, and no process is touched but by facts.
func TestReloadSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "token")
	write := func(token string) {
		t.Helper()
		if err := os.WriteFile(secret, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first-token-of-them-all")
	const plugins = "plugin \"instance\" {}\nplugin \"placement\" {}\n"
	d := start(t, preamble+plugins)
	d.waitReady()
	before, token := d.running(), d.token()
	const ami = "/latest/meta-data/ami-id"
	_, amiID := get(t, d.metadata+ami)

	for _, c := range []struct {
		name, config string
		replaced     []string
		check        func() (got, want any)
	}{
		{
			"omitted paths", "metadata {\n  address = \"127.0.0.1:0\"\n  omit = [\"meta-data/placement\"]\n}\nadmin { address = \"127.0.0.1:0\" }\n" + plugins, nil,
			func() (any, any) {
				status, _ := get(t, d.metadata+"/latest/meta-data/placement/region")
				return status, http.StatusNotFound
			},
		},
		{
			"and back", preamble + plugins, nil,
			func() (any, any) {
				_, body := get(t, d.metadata+"/latest/meta-data/placement/region")
				return body, "us-east-1"
			},
		},
		{
			"allowed names", "metadata {\n  address = \"127.0.0.1:0\"\n  allowed_hosts = [\"metadata.test\"]\n}\nadmin { address = \"127.0.0.1:0\" }\n" + plugins, nil,
			func() (any, any) {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.metadata+ami, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Host = "metadata.test"
				a, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = a.Body.Close()
				return a.StatusCode, http.StatusOK
			},
		},
		{
			"a longer mount of another", preamble + plugins + "plugin \"static\" {\n  config {\n    values = { \"meta-data/ami-id\" = \"ami-override\" }\n  }\n}\n", nil,
			func() (any, any) {
				_, body := get(t, d.metadata+ami)
				return body, "ami-override"
			},
		},
		{
			"what it overrode", preamble + plugins, nil,
			func() (any, any) {
				_, body := get(t, d.metadata+ami)
				return body, amiID
			},
		},
		{
			"a token file", "metadata { address = \"127.0.0.1:0\" }\nadmin {\n  address = \"127.0.0.1:0\"\n  token_file = \"" + secret + "\"\n}\n" + plugins, nil,
			func() (any, any) { return d.asStranger("first-token-of-them-all"), http.StatusOK },
		},
		{
			"a token required", preamble + "instance {\n  metadata_options { http_tokens = \"required\" }\n}\n" + plugins,
			[]string{"instance", "placement"},
			func() (any, any) {
				without, _ := get(t, d.metadata+ami)
				with, body := get(t, d.metadata+ami, "X-aws-ec2-metadata-token", token)
				return []any{without, with, body}, []any{http.StatusUnauthorized, http.StatusOK, amiID}
			},
		},
	} {
		told := d.taken(c.config)
		slices.Sort(told.Replaced)
		if !slices.Equal(told.Replaced, c.replaced) {
			t.Errorf("%s: replaced %v, want %v", c.name, told.Replaced, c.replaced)
		}
		if got, want := c.check(); !equalJSON(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
		if c.replaced == nil {
			if now := d.running(); now["instance"] != before["instance"] || now["placement"] != before["placement"] {
				t.Errorf("%s: processes before %v, after %v", c.name, before, now)
			}
		}
	}
	// The token file is read again, though nothing of the configuration differs.
	withToken := "metadata { address = \"127.0.0.1:0\" }\nadmin {\n  address = \"127.0.0.1:0\"\n  token_file = \"" + secret + "\"\n}\n" + plugins
	write("second-one-after-a-leak")
	d.taken(withToken)
	if first, second := d.asStranger("first-token-of-them-all"), d.asStranger("second-one-after-a-leak"); first != http.StatusUnauthorized || second != http.StatusOK {
		t.Errorf("with the token of before %d, with the new one %d", first, second)
	}
}

// asStranger asks the admin listener as one whose address does not count.
func (d *daemon) asStranger(token string) int {
	d.t.Helper()
	status, _ := get(d.t, d.admin+"/plugins", "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer "+token)
	return status
}

func equalJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// TestReloadOfTheLog: another level holds, for plugins by processes that are
// told so; in a log for programs every line stays one, diagnostics too.
func TestReloadOfTheLog(t *testing.T) {
	t.Parallel()
	log := func(level string) string {
		return preamble + "log {\n  level = \"" + level + "\"\n  format = \"json\"\n}\nplugin \"placement\" {}\n"
	}
	d := start(t, log("info"))
	d.waitReady()
	if told := d.taken(log("debug")); !slices.Equal(told.Replaced, []string{"placement"}) {
		t.Errorf("%+v", told)
	}
	get(t, d.metadata+"/latest/meta-data/placement/region")
	d.waitLines(`"@level":"debug","@message":"request"`, 1)
	d.reload(log("debug") + "plugin \"placment\" {}\n")
	d.waitLines(`"summary":"Plugin without a command"`, 1)
	d.stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, line := range d.lines[slices.IndexFunc(d.lines, func(l string) bool { return strings.HasPrefix(l, "{") }):] {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

// TestStopDuringReload: a stop goes first, and nothing is left.
func TestStopDuringReload(t *testing.T) {
	t.Parallel()
	tmp := shortDir(t)
	program := build(t, fickle)
	d := start(t, preamble+"plugin \"placement\" {}\n", "TMPDIR="+tmp)
	d.waitReady()
	pids := d.running()
	d.configure(preamble + "plugin \"placement\" {\n  timeouts { stop = \"3s\" }\n}\nplugin \"fickle\" {\n  command = [\"" + program + "\"]\n  timeouts { start = \"1h\" }\n  config {\n    mode = \"hangs\"\n  }\n}\n")
	d.hangUp()
	gone(t, pids) // the old placement has ended, and fickle is waited for
	d.hangUp()    // comes too late
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-d.exited
	if code := d.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if out := d.output(); strings.Contains(out, "reload failed") || strings.Contains(out, "configuration reloaded") || !strings.Contains(out, "stopped") {
		t.Errorf("printed:\n%s", out)
	}
	if left, err := filepath.Glob(filepath.Join(tmp, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q %v", left, err)
	}
}
