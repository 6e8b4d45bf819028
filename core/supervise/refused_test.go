//go:build unix

package supervise

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestRefusedTreeDegradesUntilTheNext(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), testSpec("plain"), testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Configure(t.Context(), &pluginv1.ConfigureRequest{
		Name: "test", Config: &pluginv1.Body{}, Instances: []*pluginv1.Instance{{Facts: []byte(`{}`)}},
	}); err != nil {
		t.Fatal(err)
	}
	p.Ask(&pluginv1.Instance{Facts: []byte(`{}`)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	sink := newTrees()
	sink.err = fs.ErrInvalid
	go func() { defer close(done); p.Run(ctx, sink) }()
	defer func() { cancel(); <-done }()
	s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateDegraded })
	if !strings.HasPrefix(s.Message, "tree refused: ") || s.Published || s.Serving() {
		t.Errorf("nothing was ever published, and the plugin is %+v", s)
	}
	sink.mu.Lock()
	sink.err = nil
	sink.mu.Unlock()
	if _, err := p.Act(t.Context(), "test/act", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, p, func(s Snapshot) bool { return s.State == StateReady }); s.Message != "" || !s.Serving() {
		t.Errorf("after a good tree: %+v", s)
	}
}
