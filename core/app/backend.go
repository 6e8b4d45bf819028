package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// backend answers the admin listener from the states of the plugins that are
// served now.
type backend struct {
	generation func() *generation
	now        func() time.Time
}

var _ admin.Backend = (*backend)(nil)

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
	for _, p := range b.generation().members {
		if s := p.Snapshot(); !s.Published {
			out = append(out, fmt.Sprintf("plugin %q has published nothing yet%s", s.Name, because(s)))
		}
	}
	return out
}

// invalid says for each plugin that stands in the way of Status why it does.
func (b *backend) invalid() []string {
	now := b.now()
	members := b.generation().members
	snapshots := make([]supervise.Snapshot, len(members))
	validity := false
	for i, p := range members {
		snapshots[i] = p.Snapshot()
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

// Actions lists what the plugins offer.
func (b *backend) Actions() []admin.Action {
	var out []admin.Action
	for _, p := range b.generation().members {
		for _, a := range p.Description().GetActions() {
			out = append(out, admin.Action{Name: a.GetName(), Plugin: p.Name(), Doc: a.GetDoc(), ReadOnly: a.GetReadOnly()})
		}
	}
	return out
}

// Act hands an action to the plugin that offers it.
func (b *backend) Act(ctx context.Context, action string, body []byte) ([]byte, error) {
	for _, p := range b.generation().members {
		for _, a := range p.Description().GetActions() {
			if a.GetName() == action {
				answer, err := p.Act(ctx, action, body)
				return answer, actError(err)
			}
		}
	}
	return nil, &admin.ActionError{Kind: admin.Unavailable, Message: "no plugin offers " + action}
}

// actError gives the caller the plugin's own sentence, and of other failures
// only their kind.
func actError(err error) error {
	if err == nil {
		return nil
	}
	if told, ok := errors.AsType[*supervise.ActError](err); ok {
		kind := admin.Failed
		switch told.Kind {
		case pluginv1.ActError_KIND_INVALID:
			kind = admin.Invalid
		case pluginv1.ActError_KIND_CONFLICT:
			kind = admin.Conflict
		}
		return &admin.ActionError{Kind: kind, Message: told.Message}
	}
	if errors.Is(err, supervise.ErrUnavailable) {
		return &admin.ActionError{Kind: admin.Unavailable, Message: err.Error()}
	}
	if errors.Is(err, supervise.ErrUnknownOutcome) {
		return &admin.ActionError{Kind: admin.Unavailable, Message: supervise.ErrUnknownOutcome.Error()}
	}
	return fmt.Errorf("carry out action: %w", err)
}
