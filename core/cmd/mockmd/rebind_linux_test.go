package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A port that no other run of these tests has, and that the kernel gives to
// nobody.
func ownPort() int { return 20000 + os.Getpid()%10000 }

// at is a configuration with the listeners at addresses.
func at(metadata, admin string) string {
	return fmt.Sprintf("metadata { address = %q }\nadmin { address = %q }\nplugin \"placement\" {}\n", metadata, admin)
}

// TestReloadRebinds moves the metadata listener under reads. A client that is
// refused at one address finds the other one open; and an address that stays
// never refuses.
func TestReloadRebinds(t *testing.T) {
	t.Parallel()
	port := ownPort()
	one, two := fmt.Sprintf("127.77.0.1:%d", port), fmt.Sprintf("127.77.0.2:%d", port)
	for name, c := range map[string]struct {
		moves []string
		stays string // is never refused
	}{
		"to another address": {[]string{one, two}, ""},
		"to all and back":    {[]string{fmt.Sprintf("127.77.0.3:%d", port+10000), fmt.Sprintf("0.0.0.0:%d", port+10000)}, fmt.Sprintf("127.77.0.3:%d", port+10000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, at(c.moves[0], "127.0.0.1:0"))
			d.waitReady()
			ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
			var wg sync.WaitGroup
			var mu sync.Mutex
			var wrong []error
			reads := 0
			more := func(n int) { // waits for so many reads
				mu.Lock()
				want := reads + n
				mu.Unlock()
				poll(t, "clients have read", func() bool {
					mu.Lock()
					defer mu.Unlock()
					return reads >= want || len(wrong) > 0
				})
			}
			for range 4 {
				wg.Go(func() {
					client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
					for ctx.Err() == nil {
						err := somewhere(ctx, client, c.stays, c.moves)
						mu.Lock()
						if reads++; err != nil && ctx.Err() == nil {
							wrong = append(wrong, err)
						}
						mu.Unlock()
					}
				})
			}
			const moves = 6
			for i := range moves {
				told := d.taken(at(c.moves[(i+1)%2], "127.0.0.1:0"))
				if !slices.Equal(told.Kept, []string{"placement"}) {
					t.Errorf("%+v", told)
				}
				more(20)
			}
			cancel()
			wg.Wait()
			if len(wrong) > 0 {
				t.Errorf("%d of %d reads failed: %v", len(wrong), reads, wrong[0])
			}
			d.waitLines("listening no more: listener=metadata", moves)
			t.Logf("%d reads over %d moves", reads, moves)
		})
	}
}

// somewhere reads at the address that stays, or at the first of others that
// does not refuse.
func somewhere(ctx context.Context, client *http.Client, stays string, others []string) error {
	addresses := []string{stays}
	if stays == "" {
		addresses = append(others, others...) // the last may have moved meanwhile
	}
	var refused error
	for _, a := range addresses {
		_, err := fetch(ctx, client, "http://"+a+"/latest/meta-data/placement/region")
		if err == nil || !errors.Is(err, syscall.ECONNREFUSED) {
			return err
		}
		refused = err
	}
	return refused
}

// TestReloadSwapsListeners: each listener takes the other's address, by the
// sockets that are there.
func TestReloadSwapsListeners(t *testing.T) {
	t.Parallel()
	port := ownPort()
	one, two := fmt.Sprintf("127.77.0.4:%d", port), fmt.Sprintf("127.77.0.5:%d", port)
	d := start(t, at(one, two))
	d.waitReady()
	d.taken(at(two, one))
	d.waitLines("listening no more: ", 2)
	if status, body := get(t, "http://"+two+"/latest/meta-data/placement/region"); status != http.StatusOK || body != "us-east-1" {
		t.Errorf("metadata at the admin listener's old address: %d %q", status, body)
	}
	if status, body := get(t, "http://"+one+"/status"); status != http.StatusOK || body != "true" {
		t.Errorf("admin at the metadata listener's old address: %d %q", status, body)
	}
}

// slow is a plugin whose live node answers when a file is there.
const slow = `package main

import (
	"context"
	"os"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{ file, word string }

func (*plugin) Mounts() []string { return []string{"meta-data/slow"} }

func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	var v struct {
		File string ` + "`hcl:\"file\"`" + `
		Word string ` + "`hcl:\"word\"`" + `
	}
	err := c.Decode(&v)
	p.file, p.word = v.File, v.Word
	return err
}

func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{"meta-data/slow": sdk.Live{Subtree: true, Resolve: p.resolve}}, nil
}

func (p *plugin) resolve(ctx context.Context, r *sdk.Request) (sdk.Leaf, error) {
	if r.Path == "meta-data/slow/wait" {
		_ = os.WriteFile(p.file+".asked", nil, 0o600)
		for {
			if _, err := os.Stat(p.file); err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return sdk.Leaf{}, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
	}
	return sdk.Text(p.word), nil
}

func main() { sdk.Serve(&plugin{}) }
`

// TestReloadLetsRequestsFinish: what is being answered when a reload moves the
// listener and replaces the plugin is answered by the old one, and what comes
// after by the new one.
func TestReloadLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	program, file, port := build(t, slow), filepath.Join(t.TempDir(), "go"), ownPort()
	config := func(address, word string) string {
		return strings.Replace(at(fmt.Sprintf("%s:%d", address, port), "127.0.0.1:0"), `plugin "placement" {}`, fmt.Sprintf(`
plugin "slow" {
  command = [%q]
  timeouts { resolve = "1m" }
  config {
    file = %q
    word = %q
  }
}`, program, file, word), 1)
	}
	d := start(t, config("127.77.0.6", "old"))
	d.waitReady()
	answer := make(chan string, 1)
	go func() {
		body, err := fetch(context.WithoutCancel(t.Context()), http.DefaultClient, d.metadata+"/latest/meta-data/slow/wait")
		answer <- fmt.Sprint(body, err)
	}()
	exists(t, file+".asked")
	d.configure(config("127.77.0.7", "new"))
	d.hangUp()
	d.waitLines("reloading", 1)
	live := make(chan string, 1)
	go func() { // by the old listener; the plugin that answers may be either
		body, err := fetch(context.WithoutCancel(t.Context()), http.DefaultClient, d.metadata+"/latest/meta-data/slow/now")
		live <- fmt.Sprint(body, err)
	}()
	if got := <-live; got != "old<nil>" && got != "new<nil>" {
		t.Errorf("during the reload: %s", got)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got != "old<nil>" {
		t.Errorf("the request under way: %s", got)
	}
	d.waitLines("configuration reloaded", 1)
	if _, got := get(t, fmt.Sprintf("http://127.77.0.7:%d/latest/meta-data/slow/now", port)); got != "new" {
		t.Errorf("after the reload: %q", got)
	}
}

// exists waits until a file is there.
func exists(t *testing.T, path string) {
	t.Helper()
	poll(t, path+" is there", func() bool {
		_, err := os.Stat(path)
		return err == nil
	})
}
