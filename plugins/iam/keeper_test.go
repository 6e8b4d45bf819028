package iam

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

func kept(file string) string { return oneRole + fmt.Sprintf("\nstate_file = %q", file) }

// again is mockmd after a restart: nothing is left but the file.
func (g *rig) again(config string) *rig {
	g.t.Helper()
	g.stop()
	next := newRig(g.t, config)
	next.clock = g.clock
	next.sts.now, next.sts.calls = next.clock.now, g.sts.calls
	next.p.clock.wall, next.p.clock.elapsed = next.clock.now, next.clock.elapsed
	return next.fake()
}

func TestStateFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "state", "iam.json")
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		synctest.Wait()
		if _, err := os.Stat(filepath.Dir(file)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a folder is made for nothing: %v", err)
		}
		g.post(goodBody)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		info, err := os.Stat(file)
		if err != nil || info.Mode() != 0o600 {
			t.Fatalf("file %v, %v", info, err)
		}
		data, _ := os.ReadFile(file)
		if !strings.Contains(string(data), "secret-of-ASIA1") || strings.Contains(string(data), "bootstrap-secret") {
			t.Errorf("the file holds %s", data)
		}
		before := g.served()
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if d := g.served(); d != before || len(g.sts.seen()) != 1 {
			t.Errorf("after the restart %+v, want %+v; %d calls", d, before, len(g.sts.seen()))
		}
		if !strings.Contains(g.log.String(), "credentials taken up from the state file") || strings.Contains(g.log.String(), "waiting for bootstrap") {
			t.Errorf("the log is wrong:\n%s", g.log.String())
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if c := g.lastCall(); c.signedBy != "ASIA1" || c.err != nil {
			t.Errorf("not renewed by the session of before: %+v", c)
		}
		// What has expired meanwhile is of no use.
		g.stop()
		g.clock.sleep(2 * time.Hour)
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || !strings.Contains(g.log.String(), "earlier credentials are of no use") {
			t.Errorf("after two hours: %+v", d)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file outlives its credentials: %v", err)
		}
	})
}

// The first tree is built while Run begins. It has what the file holds, or a
// client that waits for it would be told that there are no credentials.
func TestFirstTreeHasTheStateFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "iam.json")
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		before := g.served()
		g = g.again(kept(file))
		first := make(chan served, 1)
		go func() { first <- g.served() }()
		synctest.Wait()
		g.run()
		if d := <-first; d != before {
			t.Errorf("served %+v, want %+v", d, before)
		}
	})
}

// The checkpoint of a crash is newer than the file.
func TestCheckpointWinsOverTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "iam.json")
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		old, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		g.stop()
		if err := os.WriteFile(file, old, 0o600); err != nil {
			t.Fatal(err)
		}
		g = g.crash(kept(file)).fake()
		g.run()
		synctest.Wait()
		if d := g.served(); d.AccessKeyId != "ASIA2" {
			t.Errorf("served %+v", d)
		}
	})
}

func TestForgetRemovesTheStateFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "iam.json")
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		if _, err := g.act("forget", ""); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 0 {
			t.Errorf("left: %v, %v", left, err)
		}
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" {
			t.Errorf("served %+v", d)
		}
	})
}

// A file that may be somebody else's is neither read nor touched, and all else
// goes on.
func TestStateFileIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(file string) error
		want  string
	}{
		{"corrupt", func(f string) error { return os.WriteFile(f, []byte("{CANARY"), 0o600) }, "F is not readable: remove it"},
		{"of another version", func(f string) error { return os.WriteFile(f, []byte(`{"version":1}`), 0o600) }, "F has version 1, want 2: remove it"},
		{"readable by the group", func(f string) error { return os.Chmod(f, 0o640) }, "F is readable by others (mode 0640): run chmod 600 F"},
		{"a link", func(f string) error {
			return errors.Join(os.Rename(f, f+".real"), os.Symlink(f+".real", f))
		}, "F is a link, which is not followed here: put what it points to in its place"},
		{"folder is open", func(f string) error { return os.Chmod(filepath.Dir(f), 0o777) }, "D may be changed by others (mode 0777): run chmod 700 D"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state", "iam.json")
			want := strings.ReplaceAll(strings.ReplaceAll(tt.want, "F", file), "D ", filepath.Dir(file)+" ")
			want = strings.TrimSuffix(want, " D")
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, kept(file)).fake()
				g.run()
				g.post(goodBody)
				synctest.Wait()
				g.stop()
				if err := tt.spoil(file); err != nil {
					t.Fatal(err)
				}
				spoilt, _ := os.ReadFile(file)
				g = g.again(kept(file))
				g.run()
				synctest.Wait()
				if d := g.served(); d.Code != "Internal" {
					t.Errorf("the file is used: %+v", d)
				}
				g.post(goodBody)
				synctest.Wait()
				if d := g.served(); d.Code != "Success" {
					t.Errorf("all else does not go on: %+v", d)
				}
				if _, degraded := g.host.last(); !strings.HasPrefix(degraded, "the state file is not written: "+want) {
					t.Errorf("degraded = %s\nwant %s", degraded, want)
				}
				if now, _ := os.ReadFile(file); string(now) != string(spoilt) {
					t.Error("the file was touched")
				}
				if log := g.log.String(); strings.Contains(log, "CANARY") || !strings.Contains(log, "the state file is refused: nothing is read from it or written to it") {
					t.Errorf("the log shows the file, or not that it is refused:\n%s", log)
				}
				if err := errors.Join(os.Remove(file), os.Chmod(filepath.Dir(file), 0o700)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tick)
				synctest.Wait()
				if _, degraded := g.host.last(); degraded != "" {
					t.Errorf("mended, and degraded: %s", degraded)
				}
				if _, err := os.Stat(file); err != nil {
					t.Errorf("mended, and not written: %v", err)
				}
				g.stop()
			})
		})
	}
}

// Who mends a file that was refused, as its error says, has its sessions at the
// next start.
func TestMendedStateFileIsRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "iam.json")
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		before := g.served()
		g.stop()
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(tick)
		synctest.Wait()
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if d := g.served(); d != before {
			t.Errorf("served %+v, want %+v", d, before)
		}
		// What is forgotten is gone, also from a file that was refused.
		g.stop()
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		g = g.again(kept(file))
		g.run()
		synctest.Wait()
		if _, err := g.act("forget", ""); err == nil || !strings.Contains(err.Error(), "run chmod 600") {
			t.Errorf("forget: %v", err)
		}
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		g.stop()
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("forgotten, and still there: %v", err)
		}
	})
}

// A file that cannot be written is tried again, and told of once.
func TestStateFileIsTriedAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), strings.Repeat("x", 250)) // there is room for its name, not for that of a temporary file
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, kept(file)).fake()
		g.run()
		g.post(goodBody)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if _, degraded := g.host.last(); degraded != "the state file is not written: "+file+": file name too long" {
			t.Errorf("degraded = %s", degraded)
		}
		if n := strings.Count(g.log.String(), "the state file is not written"); n != 1 {
			t.Errorf("told %d times", n)
		}
		g.stop()
	})
}

func TestStateFileDiagnostics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "state", "iam.json")
	if err := errors.Join(os.Mkdir(filepath.Dir(bad), 0o700), os.WriteFile(bad, []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, stateDir string
		want                 []string
	}{
		{"beside the others", "iam.json", dir, nil},
		{"absolute", filepath.Join(dir, "none", "iam.json"), "", nil},
		{"no place", "iam.json", "", []string{"2: No place for the state file; There is no state_dir: set it at the top level of the configuration, or give an absolute path here."}},
		{"empty", "", dir, []string{"2: Invalid state file; The state file is a file's name"}},
		{"a folder", "x/", dir, []string{"2: Invalid state file"}},
		{"corrupt", bad, "", []string{"2: State file is refused; " + bad + " is not readable: remove it. Until then nothing is read from it or written to it."}},
	} {
		p := sdktest.Start(t, New())
		p.StateDir = tt.stateDir
		sdktest.Expect(t, p.Configure(kept(tt.file)), tt.want...)
	}
}
