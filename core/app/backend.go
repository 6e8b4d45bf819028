package app

import (
	"fmt"
	"time"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/supervise"
)

// backend answers the admin listener from the states of the plugins that are
// served now.
type backend struct {
	service *service
	now     func() time.Time
}

var _ admin.Backend = (*backend)(nil)

func (b *backend) members() []*member { return b.service.current.Load().members }

// Status tells whether what the plugins serve is valid now: every plugin that
// declares a validity is within it. Where none does, every plugin is ready.
// A plugin whose process is gone still counts by what it declared last, as the
// core still serves what it published last.
func (b *backend) Status() bool { return len(b.invalid()) == 0 }

// Ready tells the same, and that every plugin has published: a path that is
// still awaited is answered with 503.
func (b *backend) Ready() bool { return len(b.Problems()) == 0 }

// Problems says for each plugin that stands in the way of Ready why it does.
func (b *backend) Problems() []string {
	out := b.invalid()
	for _, p := range b.members() {
		if s := p.now(); !s.Published {
			out = append(out, fmt.Sprintf("plugin %q has published nothing yet%s", s.Name, because(s)))
		}
	}
	return out
}

// invalid says for each plugin that stands in the way of Status why it does.
func (b *backend) invalid() []string {
	now := b.now()
	members := b.members()
	snapshots := make([]supervise.Snapshot, len(members))
	validity := false
	for i, p := range members {
		snapshots[i] = p.now()
		validity = validity || snapshots[i].Validity
	}
	var out []string
	for _, s := range snapshots {
		switch {
		case s.Validity && s.ValidUntil.IsZero():
			out = append(out, fmt.Sprintf("plugin %q has nothing valid to serve%s", s.Name, because(s)))
		case s.Validity && !now.Before(s.ValidUntil):
			out = append(out, fmt.Sprintf("what plugin %q serves ended at %s%s", s.Name, s.ValidUntil.UTC().Format(time.RFC3339), because(s)))
		case !validity && !s.Serving():
			out = append(out, fmt.Sprintf("plugin %q is %s%s", s.Name, s.State, because(s)))
		}
	}
	return out
}

func because(s supervise.Snapshot) string {
	if s.Message == "" {
		return ""
	}
	return ": " + s.Message
}
