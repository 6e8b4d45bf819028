package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPathsWithoutCode adds, replaces and removes paths by configuration alone.
func TestPathsWithoutCode(t *testing.T) {
	t.Parallel()
	site := t.TempDir()
	for name, content := range map[string]string{"motd": "hello\n", "site/a": "1", "site/sub/b": "2\x00\xff"} {
		path := filepath.Join(site, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := start(t, fmt.Sprintf(`
metadata {
  address = "127.0.0.1:0"
  omit    = ["meta-data/services", "meta-data/ami-id", "dynamic/fws"]
}
admin { address = "127.0.0.1:0" }
instance { id = "i-0123456789abcdef0" }
plugin "instance" {}
plugin "network" {}
plugin "static" {
  config {
    values = {
      "meta-data/rack/row"    = "7"
      "meta-data/instance-id" = "i-00000000000000001"
      "meta-data/hostname/x"  = "below another's leaf"
    }
    file "meta-data/motd" { path = "%[1]s/motd" }
    directory "meta-data/site" { path = "%[1]s/site" }
  }
}
`, site))
	d.waitReady()
	for path, want := range map[string]string{
		"meta-data/rack/row":        "7",
		"meta-data/rack/":           "row",
		"meta-data/instance-id":     "i-00000000000000001",
		"meta-data/hostname":        "x",
		"meta-data/local-ipv4/":     "172.31.215.141",
		"meta-data/motd":            "hello\n",
		"meta-data/site/":           "a\nsub/",
		"meta-data/site/sub/b":      "2\x00\xff",
		"meta-data/ami-id":          "404",
		"meta-data/ami-id/":         "404",
		"meta-data//ami-id":         "404",
		"meta-data/am%69-id":        "404",
		"meta-data/services":        "404",
		"meta-data/services/":       "404",
		"meta-data/services/domain": "404",
		"dynamic":                   "404",
	} {
		status, body := get(t, d.metadata+"/latest/"+path)
		if status != http.StatusOK {
			body = fmt.Sprint(status)
		}
		if body != want {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
	}
	if status, _ := get(t, d.metadata+"/2009-04-04/meta-data/ami-id"); status != http.StatusNotFound {
		t.Errorf("an omitted path by a version: %d", status)
	}
	_, list := get(t, d.metadata+"/latest/meta-data/")
	for _, name := range []string{"ami-id", "services/"} {
		if strings.Contains("\n"+list+"\n", "\n"+name+"\n") {
			t.Errorf("%s is omitted and listed: %q", name, list)
		}
	}
	if _, root := get(t, d.metadata+"/latest/"); root != "meta-data" {
		t.Errorf("the version root lists %q", root)
	}
}

// TestKeysAreKept: the keys of the signatures are made once, private to the
// user, and `mockmd validate` makes none.
func TestKeysAreKept(t *testing.T) {
	t.Parallel()
	config := "state_dir = \"" + filepath.Join(t.TempDir(), "state") + "\"\nplugin \"identity\" {}\n"
	state := strings.Split(config, "\"")[1]
	if code, _, stderr := runOnce(t, preamble+config, "validate"); code != exitOK {
		t.Fatalf("validate: %d %s", code, stderr)
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("validate has made %s: %v", state, err)
	}
	certificates := func() string {
		d := start(t, preamble+config)
		d.waitReady()
		defer d.stop()
		_, all := get(t, d.admin+"/identity/certificates")
		return all
	}
	first := certificates()
	if second := certificates(); second != first || !strings.Contains(first, "BEGIN CERTIFICATE") {
		t.Errorf("certificates change from one start to the next:\n%s\n%s", first, second)
	}
	kept := 0
	err := filepath.WalkDir(state, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %04o", path, mode)
		}
		if !entry.IsDir() {
			kept++
		}
		return nil
	})
	if err != nil || kept != 3 {
		t.Errorf("%d files are kept, want 3: %v", kept, err)
	}
}

// TestInsecureStateIsRefused: a kept state that others can read is refused, and
// the text says what to do.
func TestInsecureStateIsRefused(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	if err := os.MkdirAll(filepath.Join(state, "identity"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(state, "identity", "pkcs7.pem")
	if err := os.WriteFile(file, []byte("canary-of-a-key"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := preamble + "state_dir = \"" + state + "\"\nplugin \"identity\" {}\n"
	if code, _, stderr := runOnce(t, config); code != exitConfig || !strings.Contains(stderr, file) || strings.Contains(stderr, "canary") {
		t.Errorf("corrupt: exit code %d\n%s", code, stderr)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := runOnce(t, config); code != exitConfig || !strings.Contains(strings.Join(strings.Fields(stderr), " "), "chmod 600") {
		t.Errorf("readable by others: exit code %d\n%s", code, stderr)
	}
}
