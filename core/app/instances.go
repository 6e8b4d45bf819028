package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"google.golang.org/protobuf/proto"

	"github.com/mockmd/mockmd/core/active"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/core/router"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What the plugins are given of the instances when they are configured.
const (
	maxSample      = 64
	maxSampleBytes = 4 << 20
)

// live is an instance that clients have asked for.
type live struct {
	imds.Instance
	facts   *instance.Instance
	told    *pluginv1.Instance // as the plugins are told of it
	carried bool               // it was there in the generation before, just so
}

// sample is what the plugins check the facts of.
func (g *generation) sample() ([]*pluginv1.Instance, error) {
	var out []*pluginv1.Instance
	size := 0
	for _, ref := range g.file.Instances.Sample(maxSample) {
		in, _ := g.file.Instances.Build(ref)
		m, err := in.Proto(1)
		if err != nil {
			return nil, err
		}
		if size += proto.Size(m); size > maxSampleBytes {
			break
		}
		out = append(out, m)
	}
	return out, nil
}

// served is how clients are served an instance, when it has a view.
func (g *generation) served(s *service, in *instance.Instance) imds.Instance {
	key := in.Facts.ID
	if in.Facts.Label != "" {
		key = in.Facts.Label + "\x00" + key
	}
	return imds.Instance{
		View:     g.router.View(in.Facts.Label),
		Resolve:  g.resolver(in.Facts.Label),
		Tokens:   imds.NewTokens(s.tokenKey, key, s.clock),
		Settings: settings(&in.Facts.MetadataOptions),
	}
}

// newActive makes the set of instances that clients have asked for.
func (g *generation) newActive(s *service) {
	g.active = active.New(active.Options[string, *live]{
		Build: func(label string) (*live, error) { return g.build(s, label) },
		Begin: g.begin,
		End: func(label string, _ *live) {
			for _, m := range g.members {
				// Those that are shared serve the generation before until g is served.
				if !g.shared[m] || s.current.Load() == g {
					m.Forget(label)
				}
			}
			g.router.Remove(label)
		},
		Count: g.file.Metadata.Cache.Count,
		Bytes: g.file.Metadata.Cache.Bytes,
	})
}

// build evaluates the block of an instance that is asked for.
func (g *generation) build(s *service, label string) (*live, error) {
	ref, ok := g.file.Instances.Find(label)
	if !ok {
		return nil, imds.ErrNoInstance
	}
	in, diags := g.file.Instances.Build(ref)
	if diags.HasErrors() {
		return nil, g.mistakes.tell(s.log, label, g.sources, diags)
	}
	told, err := in.Proto(s.revision.Add(1))
	if err != nil {
		return nil, err
	}
	return &live{facts: in, told: told, Instance: g.served(s, in)}, nil
}

// begin gives an instance a view and asks the plugins for its trees.
func (g *generation) begin(label string, in *live) error {
	v, err := g.router.Add(router.Instance{Label: label, Launched: in.facts.Facts.LaunchTime, Omit: g.file.Metadata.Omit})
	if err != nil {
		return err
	}
	in.View = v
	for _, m := range g.members {
		if !in.carried || !g.shared[m] {
			m.Ask(in.told)
		}
	}
	return nil
}

// choose returns the instance of a client, see [imds.Options].
func (g *generation) choose(s *service) func(ctx context.Context, listener string, client netip.Addr) (*imds.Instance, func(), error) {
	var unlabelled *imds.Instance
	unlabelled6 := false
	if g.file.Instance != nil {
		in := g.served(s, g.file.Instance)
		unlabelled, unlabelled6 = &in, hasIPv6(g.file.Instance)
	}
	named := map[string]*config.Ref{}
	for _, address := range []string{g.file.Metadata.Address, g.file.Metadata.IPv6Address} {
		named[address] = g.file.Metadata.Instance
	}
	for i := range g.file.Metadata.Listeners {
		l := &g.file.Metadata.Listeners[i]
		named[furtherKey(l)] = l.Instance
	}
	on6 := map[string]bool{g.file.Metadata.IPv6Address: g.file.Metadata.IPv6Address != ""}
	for _, l := range s.handed {
		named[l.key] = g.instanceOf(l.name)
		on6[l.key] = on6[l.address] || l.address == config.DefaultMetadataIPv6Address
	}
	return func(ctx context.Context, listener string, client netip.Addr) (*imds.Instance, func(), error) {
		var ref config.Ref
		ok := true
		if its := named[listener]; its != nil {
			ref = *its
		} else {
			ref, ok = g.file.Instances.Choose(client)
		}
		needs6 := on6[listener]
		switch {
		case !ok:
			return nil, nil, imds.ErrNoInstance
		case ref.Label == "" && needs6 && !unlabelled6:
			return nil, nil, imds.ErrNoEndpoint
		case ref.Label == "":
			return unlabelled, func() {}, nil
		}
		in, release, err := g.active.Acquire(ctx, ref.Label)
		switch {
		case errors.Is(err, active.ErrRetired):
			return nil, nil, imds.ErrReplaced
		case err != nil:
			return nil, nil, err
		case needs6 && !hasIPv6(in.facts):
			release()
			return nil, nil, imds.ErrNoEndpoint
		}
		return &in.Instance, release, nil
	}
}

// instanceOf is the instance that every client of a metadata listener is
// served; nil: it is chosen by the client's address.
func (g *generation) instanceOf(name string) *config.Ref {
	if name == roleMetadata {
		return g.file.Metadata.Instance
	}
	for i := range g.file.Metadata.Listeners {
		if l := &g.file.Metadata.Listeners[i]; labelledPrefix+l.Name == name {
			return l.Instance
		}
	}
	return nil
}

func hasIPv6(in *instance.Instance) bool {
	return in.Facts.MetadataOptions.HTTPProtocolIPv6 == "enabled"
}

// mistakes are those in blocks that were evaluated when a client first asked.
// Each is logged once, however many instances have it.
type mistakes struct {
	mu     sync.Mutex
	logged map[string]bool // by place and summary, so as many as the file has
}

// tell logs what is new and returns an error for the client's line in the log.
func (m *mistakes) tell(log hclog.Logger, label string, sources *config.Sources, diags hcl.Diagnostics) error {
	var err error
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := "the configuration"
		if d.Subject != nil {
			at = d.Subject.String()
		}
		if err == nil {
			err = fmt.Errorf("instance %s: %s: %s", label, at, d.Summary)
		}
		m.mu.Lock()
		known := m.logged[at+d.Summary]
		if m.logged == nil {
			m.logged = map[string]bool{}
		}
		m.logged[at+d.Summary] = true
		m.mu.Unlock()
		if !known {
			summary, detail := sources.Line(d)
			log.Error("instance has a mistake and is not served", "instance", label, "at", at, "mistake", summary, "detail", detail)
		}
	}
	return err
}
