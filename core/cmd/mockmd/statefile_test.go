package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kept is a configuration with a state file, and where it lies in a folder.
func kept(url string) string { return chained(url, `state_file = "credentials.json"`) }

func keptIn(dir string) string { return filepath.Join(dir, "state", "iam", "credentials.json") }

// TestResume: a daemon that is started again, after an end in order or
// without, goes on with what it had, without a bootstrap.
func TestResume(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	dir := t.TempDir()
	d := startIn(t, dir, kept(s.url))
	d.bootstrap()
	doc := d.works(s, "good", success)
	waitFile(t, keptIn(dir), func(text string) bool { return strings.Contains(text, doc.AccessKeyID) })
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if info, err := os.Stat(keptIn(dir)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the state file: %v %v", info.Mode(), err)
		}
		_ = d.cmd.Process.Signal(signal)
		<-d.exited
		d = startIn(t, dir, kept(s.url))
		if got := d.works(s, "good", success); got != doc {
			t.Errorf("after %s %s is served, want %s", signal, got.AccessKeyID, doc.AccessKeyID)
		}
		d.waitLine("credentials taken up from the state file", "access_key_id="+doc.AccessKeyID, "account=123456789012")
		d.act("/refresh", "")
		next := d.works(s, "new", func(got document) bool { return got.AccessKeyID != doc.AccessKeyID })
		s.signedBy(doc.AccessKeyID)
		waitFile(t, keptIn(dir), func(text string) bool { return strings.Contains(text, next.AccessKeyID) })
		doc = next
	}
	text := waitFile(t, keptIn(dir), func(string) bool { return true })
	absent(t, "the state file", text, bootstrapSecret)
	absent(t, "the log", d.output(), doc.SecretAccessKey, doc.Token, bootstrapSecret)
}

// waitFile waits until a file is there and holds what is wanted.
func waitFile(t *testing.T, path string, ok func(string) bool) string {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for {
		text, err := os.ReadFile(path)
		if err == nil && ok(string(text)) {
			return string(text)
		}
		if time.Now().After(deadline) {
			t.Fatalf("for a minute %s is not as wanted: %v", path, err)
		}
		time.Sleep(5 * time.Millisecond) // its writer tells nobody
	}
}

// TestRefusedStateFile: what nobody vouches for is neither read nor touched,
// and the daemon works without it.
func TestRefusedStateFile(t *testing.T) {
	t.Parallel()
	const canary = `{"version": 2, "canary": "stateCanary0123456789"`
	for name, tt := range map[string]struct {
		text string
		make func(t *testing.T, path string)
		want string // after the path
	}{
		"corrupt":          {canary, func(*testing.T, string) {}, " is not readable: remove it"},
		"of another time":  {`{"version": 1, "secret": "stateCanary0123456789"}`, func(*testing.T, string) {}, " has version 1, want 2: remove it"},
		"of another shape": {`["stateCanary0123456789"]`, func(*testing.T, string) {}, " is not readable: remove it"},
		"group-readable": {canary, func(t *testing.T, path string) {
			t.Helper()
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
		}, "chmod 600"},
		"a link": {canary, func(t *testing.T, path string) {
			t.Helper()
			if err := os.Rename(path, path+".real"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path+".real", path); err != nil {
				t.Fatal(err)
			}
		}, " is a link, which is not followed here: put what it points to in its place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(t, time.Hour)
			dir := t.TempDir()
			path := keptIn(dir)
			writeFile(t, path, tt.text)
			tt.make(t, path)
			before, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			d := startIn(t, dir, kept(s.url))
			d.waitLine("[ERROR]", "the state file is refused: nothing is read from it or written to it", path, tt.want)
			d.bootstrap()
			doc := d.works(s, "good", success)
			d.waitLine("plugin degraded", "the state file is not written: ", path)
			d.stop()
			after, err := os.Lstat(path)
			if err != nil || after.Mode() != before.Mode() || after.ModTime() != before.ModTime() {
				t.Errorf("the file is %v now, %v", after, err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.text {
				t.Errorf("the file holds %q now, %v", text, err)
			}
			cmd := command(t, dir, nil, "validate")
			said, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(flat(string(said)), "State file is refused") || !strings.Contains(flat(string(said)), flat(strings.TrimSpace(tt.want))) {
				t.Errorf("validate: %v\n%s", err, said)
			}
			absent(t, "the log", d.output()+string(said), "stateCanary", doc.SecretAccessKey)
		})
	}
}
