package app

import (
	"bytes"

	"github.com/mockmd/mockmd/core/instance"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// carry takes the instances over that clients have asked an earlier generation
// for, where the next one has them just so. Plugins that are kept need not be
// asked for them again; plugins that begin are asked before they are run.
func (g *generation) carry(s *service, earlier *generation) {
	type candidate struct {
		label string
		told  *pluginv1.Instance
	}
	var list []candidate
	earlier.active.Each(func(label string, in *live) { list = append(list, candidate{label, in.told}) })
	for _, c := range list {
		ref, ok := g.file.Instances.Find(c.label)
		if !ok {
			continue
		}
		in, diags := g.file.Instances.Build(ref)
		if diags.HasErrors() || !same(in, c.told) {
			continue
		}
		carried := &live{facts: in, told: c.told, carried: true, Instance: g.served(s, in)}
		g.active.Put(c.label, carried, 0) // the trees that come tell how large it is
	}
}

// same says whether an instance is what plugins have been told.
func same(in *instance.Instance, told *pluginv1.Instance) bool {
	now, err := in.Proto(told.GetRevision())
	return err == nil && bytes.Equal(now.GetFacts(), told.GetFacts())
}

// retire has an earlier generation take no more clients, and has the plugins
// that are kept serve just the instances that the next one has. Nobody has
// asked that one for anything yet.
func (g *generation) retire(earlier *generation, kept []*member) {
	has := map[string]*live{}
	g.active.Each(func(label string, in *live) { has[label] = in })
	earlier.active.Retire(func(label string, _ *live) {
		if has[label] == nil {
			for _, m := range kept {
				m.Forget(label)
			}
		}
	})
	for label, in := range has { // the earlier one may have let it go meanwhile
		for _, m := range kept {
			if !m.Asks(label) {
				m.Ask(in.told)
			}
		}
	}
}
