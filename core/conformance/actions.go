//go:build unix

package conformance

import (
	"context"
	"encoding/json"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/mockmd/mockmd/core/supervise"
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// unknownAction is an action that no plugin has.
const unknownAction = "conformance/unknown"

// actions calls those that change nothing.
func (t *suite) actions(ctx context.Context, p *supervise.Process) {
	ctx, cancel := t.answer(ctx, ruleActionUnknown)
	defer cancel()
	a, err := p.Client().Act(ctx, &pluginv1.ActRequest{Action: unknownAction})
	switch code := status.Code(err); {
	case code == codes.Unavailable, code == codes.DeadlineExceeded:
		t.fail(ruleActionUnknown, "%s was not answered: %v", unknownAction, err)
	case err == nil && a.GetError() == nil:
		t.fail(ruleActionUnknown, "%s was carried out", unknownAction)
	case err == nil:
		t.pass(ruleActionUnknown, "refused: %s", a.GetError().GetMessage())
	default:
		t.pass(ruleActionUnknown, "refused: %s", code)
	}
	var answered []string
	for _, action := range t.description.GetActions() {
		if action.GetReadOnly() {
			t.readOnly(ctx, p, action.GetName())
			answered = append(answered, action.GetName())
		}
	}
	if len(answered) == 0 {
		t.skip(ruleActionReadOnly, "the plugin has no read-only action")
		return
	}
	t.pass(ruleActionReadOnly, "%s", strings.Join(answered, ", "))
}

// readOnly calls one action.
func (t *suite) readOnly(ctx context.Context, p *supervise.Process, name string) {
	a, err := p.Client().Act(ctx, &pluginv1.ActRequest{Action: name})
	if err != nil {
		t.fail(ruleActionReadOnly, "%s: %v", name, err)
		return
	}
	if cp := a.GetCheckpoint(); cp != nil {
		t.takeCheckpoint(cp)
	}
	switch e := a.GetError(); {
	case e.GetKind() == pluginv1.ActError_KIND_CONFLICT:
		return // it cannot be told in the present state
	case e != nil:
		t.fail(ruleActionReadOnly, "%s: %s", name, e.GetMessage())
	}
	body := a.GetBody()
	if len(body) > sdk.MaxAction {
		t.fail(ruleBounded, "%s answers %d bytes", name, len(body))
	}
	if len(body) > 0 && !json.Valid(body) {
		t.fail(ruleActionReadOnly, "%s answers what is not JSON: %.80q", name, body)
	}
}
