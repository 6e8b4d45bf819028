package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Actions lists what the plugins offer.
func (b *backend) Actions() []admin.Action {
	var out []admin.Action
	for _, p := range b.members() {
		for _, a := range p.Description().GetActions() {
			out = append(out, admin.Action{Name: a.GetName(), Plugin: p.name, Doc: a.GetDoc(), ReadOnly: a.GetReadOnly()})
		}
	}
	return out
}

// Act hands an action to the plugin that offers it.
func (b *backend) Act(ctx context.Context, action string, body []byte) ([]byte, error) {
	for _, p := range b.members() {
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
