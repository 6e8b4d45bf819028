package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// While the keys are made the document is there, the signatures are listed,
// and whoever asks for one waits.
func TestSignaturesWaitForTheirKeys(t *testing.T) {
	t.Parallel()
	g := newRig(t, "", "")
	release := make(chan struct{})
	made := g.make
	g.make = func(k kind) (*pair, error) {
		<-release
		return made(k)
	}
	g.start()
	tree, err := g.Tree(t.Context(), g.in)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := tree[mount+"/document"].(sdk.Leaf); !ok {
		t.Error("the document is not there at once")
	}
	type answer struct {
		name string
		leaf sdk.Leaf
		err  error
	}
	answers := make(chan answer)
	for _, k := range kinds() {
		live, ok := tree[mount+"/"+k.name].(sdk.Live)
		if !ok || live.Subtree || live.Since != k.since {
			t.Fatalf("%s is %#v", k.name, tree[mount+"/"+k.name])
		}
		impatient, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("too late"))
		if _, err := live.Resolve(impatient, &sdk.Request{Instance: g.in}); err == nil ||
			err.Error() != "the key pair of "+k.name+" is still being made: too late" {
			t.Errorf("%s, too late: %v", k.name, err)
		}
		go func() {
			leaf, err := live.Resolve(t.Context(), &sdk.Request{Instance: g.in})
			answers <- answer{k.name, leaf, err}
		}()
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Actions()[0].Do(impatient, nil); err == nil || err.Error() != "the key pair of pkcs7 is still being made: ask again" {
		t.Errorf("certificates, too early: %v", err)
	}
	close(release)
	<-g.host.changed
	for range kinds() {
		a := <-answers
		if a.err != nil || !bytes.Equal(a.leaf.Body, g.body(a.name)) {
			t.Errorf("%s: %v, and the tree has another body: %v", a.name, a.err, !bytes.Equal(a.leaf.Body, g.body(a.name)))
		}
	}
}

// Publishing again changes nothing, and another document has another signature.
func TestSignaturesStay(t *testing.T) {
	t.Parallel()
	g := signer(t)
	other := *sdktest.Instance()
	other.Label = "b"
	for _, k := range kinds() {
		first := g.body(k.name)
		if _, err := g.Tree(t.Context(), &other); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, g.body(k.name)) {
			t.Errorf("%s changes by itself", k.name)
		}
		g.in.AccountID = "210987654321"
		if bytes.Equal(first, g.body(k.name)) {
			t.Errorf("%s is that of an older document", k.name)
		}
		g.in.AccountID = other.AccountID
	}
	if len(g.signed.made) != 2 {
		t.Errorf("%d documents are kept, want one for each instance", len(g.signed.made))
	}
	g.Forget(&other)
	if len(g.signed.made) != 1 {
		t.Errorf("%d documents are kept after one instance is gone", len(g.signed.made))
	}
}

// Without a place for the keys all works, with one warning, and a process that
// follows a crash has the same keys.
func TestKeysInMemory(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(t.TempDir(), "file")
	write(t, blocked, nil)
	cases := map[string]struct{ stateDir, cause string }{
		"no state_dir":         {"", "there is no state_dir"},
		"folder cannot be had": {filepath.Join(blocked, "identity"), "not a directory"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, c.stateDir, "")
			g.startAndWait()
			<-g.host.changed
			log := g.log.String()
			if n := strings.Count(log, `"@level":"warn"`); n != 1 || !strings.Contains(log, "set state_dir") || !strings.Contains(log, c.cause) {
				t.Errorf("%d warnings, want one that names %q:\n%s", n, c.cause, log)
			}
			expectNoKeys(t, "the log", log, pairs(t))
			saved, degraded := g.host.last()
			if degraded != "" {
				t.Errorf("degraded: %s", degraded)
			}
			if len(saved) == 0 || len(saved) > sdk.MaxCheckpoint {
				t.Fatalf("the checkpoint has %d bytes", len(saved))
			}

			next := newRig(t, c.stateDir, "")
			next.make = func(k kind) (*pair, error) { return nil, fmt.Errorf("made %s again", k.name) }
			if err := next.Restore(t.Context(), saved); err != nil {
				t.Fatal(err)
			}
			for _, k := range kinds() {
				if !bytes.Equal(next.keys.get(k).certificate.Raw, g.keys.get(k).certificate.Raw) {
					t.Errorf("%s has another certificate", k.name)
				}
				next.body(k.name)
			}
			next.startAndWait()
			if again := next.host.waitCheckpoint(t); !bytes.Equal(again, saved) {
				t.Error("the next checkpoint differs")
			}
			expectNoKeys(t, "the log", next.log.String(), pairs(t))
		})
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"canary":        "the checkpoint is not readable",
		`{"version":2}`: "the checkpoint has version 2, want 1",
		`{"version":1,"pairs":{"pkcs7":"canary"}}`: "the checkpoint of pkcs7 holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
	} {
		if err := newRig(t, "", "").Restore(t.Context(), []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

// Pairs that stand in files are read from there, so no checkpoint has them.
func TestKeptKeysAreInNoCheckpoint(t *testing.T) {
	t.Parallel()
	g := newRig(t, filepath.Join(t.TempDir(), "identity"), "")
	g.startAndWait()
	<-g.host.changed
	if saved, _ := g.host.last(); saved != nil {
		t.Errorf("a checkpoint of %d bytes", len(saved))
	}
	log := g.log.String()
	if strings.Contains(log, "warn") {
		t.Errorf("a warning:\n%s", log)
	}
	expectNoKeys(t, "the log", log, pairs(t))
}

// Several processes that start at once with one folder have one pair.
func TestFirstStartAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "identity")
	rigs := make([]*rig, 4)
	for i := range rigs {
		rigs[i] = newRig(t, dir, "")
		rigs[i].make = func(k kind) (*pair, error) { return k.make(rand.Reader) } // each its own
	}
	var wg sync.WaitGroup
	for _, g := range rigs {
		wg.Go(g.startAndWait)
	}
	wg.Wait()
	for _, k := range kinds() {
		var seen []string
		for _, g := range rigs {
			seen = append(seen, g.keys.get(k).fingerprint())
		}
		if slices.Sort(seen); len(slices.Compact(seen)) != 1 {
			t.Errorf("%s has several certificates", k.name)
		}
		kept, err := store{dir}.load(k)
		if err != nil || kept.fingerprint() != seen[0] {
			t.Errorf("%s: the file holds another pair: %v", k.name, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 3 {
		t.Errorf("files %v, %v; want three", files, err)
	}
}

func TestRunTellsWhenNoKeyCanBeMade(t *testing.T) {
	t.Parallel()
	g := newRig(t, "", "")
	g.make = func(kind) (*pair, error) { return nil, errors.New("no randomness") }
	if err := g.Run(t.Context(), g.host); err == nil || err.Error() != "make a key pair for pkcs7: no randomness" {
		t.Errorf("error = %v", err)
	}
}

func TestPairsDoNotPrint(t *testing.T) {
	t.Parallel()
	for name, p := range pairs(t) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			if got := fmt.Sprintf(verb, p); got != "[key pair]" {
				t.Errorf("%s with %s prints %d bytes", name, verb, len(got))
			}
		}
	}
}
