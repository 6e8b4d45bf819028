package static

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fakeHost remembers what the plugin said.
type fakeHost struct {
	mu       sync.Mutex
	changed  int
	degraded string
}

func (h *fakeHost) Changed(...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed++
}

func (h *fakeHost) Degraded(message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.degraded = message
}

func (*fakeHost) Checkpoint([]byte) error { return nil }

// rig is a running plugin in a bubble of its own time.
type rig struct {
	*fakeHost
	t   *testing.T
	dir string
	p   *plugin
}

// old is a time of change that is settled in a bubble, whose clock starts at
// the turn of the century.
func old() time.Time { return time.Now().Add(-time.Hour).Truncate(time.Second) }

// run starts a plugin over files with the given texts, all of the same age.
func run(t *testing.T, dir, config string, texts map[string]string) *rig {
	t.Helper()
	for name, text := range texts {
		touch(t, write(t, dir, name, text), old())
	}
	g := &rig{fakeHost: &fakeHost{}, t: t, dir: dir, p: configured(t, dir, config)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.p.Run(ctx, g) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	synctest.Wait()
	g.expect("start", 0, "")
	return g
}

// expect lets the plugin look once more and checks what it has said since.
func (g *rig) expect(what string, changed int, degraded string) {
	g.t.Helper()
	time.Sleep(interval)
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed != changed {
		g.t.Errorf("%s: %d changes told, want %d", what, g.changed, changed)
	}
	if want := strings.ReplaceAll(degraded, "DIR", g.dir); g.degraded != want {
		g.t.Errorf("%s: degraded %q, want %q", what, g.degraded, want)
	}
	g.changed = 0
}

// serves checks the paths and their texts.
func (g *rig) serves(want map[string]string) {
	g.t.Helper()
	tree := rendered(g.t, g.p)
	if n := strings.Count(tree, "\n"); n != len(want) {
		g.t.Errorf("%d paths, want %d:\n%s", n, len(want), tree)
	}
	for path, text := range want {
		if !strings.Contains("\n"+tree, "\n"+path+" \""+text+"\" ") {
			g.t.Errorf("%s is not %q:\n%s", path, text, tree)
		}
	}
}

func (g *rig) write(name, text string) { write(g.t, g.dir, name, text) }

func (g *rig) remove(name string) {
	g.t.Helper()
	if err := os.RemoveAll(filepath.Join(g.dir, name)); err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) rename(from, to string) {
	g.t.Helper()
	if err := os.Rename(filepath.Join(g.dir, from), filepath.Join(g.dir, to)); err != nil {
		g.t.Fatal(err)
	}
}

const motd = `file "meta-data/motd" { path = "motd" }`

func TestFileChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := run(t, dir, motd, map[string]string{"motd": "one"})
		g.expect("nothing new", 0, "")
		g.write("motd", "two and more")
		g.expect("other text", 1, "")
		g.serves(map[string]string{"meta-data/motd": "two and more"})

		at := old()
		touch(t, dir+"/motd", at)
		g.expect("other second", 1, "") // Last-Modified is another
		touch(t, dir+"/motd", at.Add(time.Millisecond))
		g.expect("other millisecond", 0, "")

		touch(t, write(t, dir, "new", "2 and more!!"), at.Add(time.Millisecond))
		g.rename("new", "motd")
		g.expect("another file of the same size and time", 1, "")
		g.serves(map[string]string{"meta-data/motd": "2 and more!!"})
	})
}

func TestFileVanishes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := run(t, dir, motd+"\nvalues = { \"a\" = \"1\" }", map[string]string{"motd": "one"})
		one := map[string]string{"meta-data/motd": "one", "a": "1"}
		g.remove("motd")
		g.expect("gone", 0, "what was read before is served: DIR/motd: there is no such file or directory")
		g.expect("still gone", 0, "what was read before is served: DIR/motd: there is no such file or directory")
		g.serves(one)
		if err := os.Mkdir(dir+"/motd", 0o755); err != nil {
			t.Fatal(err)
		}
		g.expect("a directory", 0, "what was read before is served: DIR/motd: it is a directory: use a directory block")
		g.serves(one)
		g.remove("motd")
		link(t, "/etc/passwd", dir, "motd")
		g.expect("a link away", 0, "what was read before is served: DIR/motd: a link that is absolute or leads out of its directory is not followed: name or copy the file itself")
		g.serves(one)
		g.remove("motd")
		touch(t, write(t, dir, "motd", "one"), old().Add(-time.Hour))
		g.expect("back, of another time", 1, "")
		g.write("motd", "two")
		g.expect("changed", 1, "")
		g.serves(map[string]string{"meta-data/motd": "two", "a": "1"})
	})
}

func TestDirectoryChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := run(t, dir, "directory \"d\" { path = \"site\" }\ndirectory \"d/in\" { path = \"in\" }",
			map[string]string{"site/a": "1", "site/sub/b": "2", "in/c": "3"})
		g.serves(map[string]string{"d/a": "1", "d/sub/b": "2", "d/in/c": "3"})
		g.write("site/new/x", "4")
		g.remove("site/a")
		g.expect("one added, one removed", 1, "")
		g.serves(map[string]string{"d/new/x": "4", "d/sub/b": "2", "d/in/c": "3"})
		g.write("site/.x", "hidden")
		g.write("site/in/c", "not owned")
		g.write("site/bad\nname", "x")
		g.expect("nothing that is served", 0, "")

		g.rename("site", "away")
		g.write("in/c", "three")
		g.expect("directory gone, the other goes on", 1, "what was read before is served: DIR/site: there is no such file or directory")
		g.serves(map[string]string{"d/new/x": "4", "d/sub/b": "2", "d/in/c": "three"})
		g.rename("away", "site")
		g.expect("back", 0, "")
		g.remove("site/sub")
		g.expect("part gone", 1, "")
		g.serves(map[string]string{"d/new/x": "4", "d/in/c": "three"})
	})
}

// A volume of Kubernetes changes all its files by one link.
func TestDirectoryOfLinksIsSwapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		for version, text := range map[string]string{"v1": "one", "v2": "two"} {
			touch(t, write(t, dir, "site/.."+version+"/key", text), old())
		}
		link(t, "..v1", dir+"/site", "..data")
		link(t, "..data/key", dir+"/site", "key")
		g := run(t, dir, "directory \"d\" { path = \"site\" }\nfile \"f\" { path = \"site/key\" }", nil)
		g.serves(map[string]string{"d/key": "one", "f": "one"})
		link(t, "..v2", dir+"/site", "..new")
		g.rename("site/..new", "site/..data")
		g.expect("swapped", 1, "")
		g.serves(map[string]string{"d/key": "two", "f": "two"})
	})
}

func TestTooLargeWhileRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := run(t, dir, `directory "d" { path = "site" }`, map[string]string{"site/a": "1", "site/b": "2"})
		g.write("site/a", "one")
		if err := os.Truncate(dir+"/site/b", 16<<20); err != nil {
			t.Fatal(err)
		}
		g.expect("too large", 0, "what was read before is served: DIR/site/b: all values and files together have more than 16 MiB: serve fewer or smaller ones")
		g.serves(map[string]string{"d/a": "1", "d/b": "2"})
		g.write("site/b", "two")
		g.expect("smaller", 1, "")
		g.serves(map[string]string{"d/a": "one", "d/b": "two"})
	})
}

// The time of change tells nothing while it is so young that the next change
// may get the same one.
func TestChangeWithinOneStepOfTime(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		age     time.Duration
		changed int
	}{
		{"young", time.Second, 1},
		{"settled", time.Minute, 0}, // not even looked into
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				at := time.Now().Add(-c.age)
				touch(t, write(t, dir, "motd", "one"), at)
				p := configured(t, dir, motd)
				write(t, dir, "motd", "two")
				touch(t, dir+"/motd", at)
				h := &fakeHost{}
				(&watch{plugin: p, host: h}).look()
				if h.changed != c.changed {
					t.Errorf("%s: %d changes told, want %d", c.name, h.changed, c.changed)
				}
			})
		})
	}
}

// A look that takes long is followed by a long pause.
func TestPauseGrowsWithTheLook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		touch(t, write(t, dir, "motd", "one"), old())
		p := configured(t, dir, motd)
		p.now = func() time.Time {
			time.Sleep(time.Second)
			return time.Now()
		}
		h := &fakeHost{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx, h) }()
		time.Sleep(interval) // the first look is over
		write(t, dir, "motd", "longer")
		time.Sleep(9 * time.Second)
		synctest.Wait()
		h.mu.Lock()
		early := h.changed
		h.mu.Unlock()
		time.Sleep(20 * time.Second)
		cancel()
		if err := <-done; err != nil || early != 0 || h.changed != 1 {
			t.Errorf("changes told %d after 9 s and %d after 29 s, error %v; want 0 and 1", early, h.changed, err)
		}
	})
}

func TestValuesAloneAreNotWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := configured(t, "", `values = { "a" = "1" }`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p.now = nil // would not survive a look
		if err := p.Run(ctx, &fakeHost{}); err != nil || ctx.Err() == nil {
			t.Errorf("run returned %v before its context ended", err)
		}
	})
}
