//go:build unix

package conformance

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// acquaint is the first process: it lives through everything that a core asks
// of one. It is false when there is no point in starting another.
func (t *suite) acquaint(ctx context.Context) bool {
	f, err := t.folders()
	if err != nil {
		t.fail(ruleHandshake, "%v", err)
		return false
	}
	p, err := supervise.Open(ctx, t.spec(f), t.supervise)
	if err != nil {
		t.explainStart(ctx, err)
		return false
	}
	defer p.Close()
	t.pass(ruleStdout, "nothing before the handshake")
	t.pass(ruleHandshake, "contract version 1 over a unix socket")

	if err := t.healthy(ctx, p); err != nil {
		t.fail(ruleHealth, "%v", err)
		return false
	}
	t.pass(ruleHealth, "SERVING")
	return t.describe(ctx, p) && t.configure(ctx, p, f) && t.life(ctx, p)
}

// healthy makes one health call.
func (t *suite) healthy(ctx context.Context, p *supervise.Process) error {
	ctx, cancel := t.answer(ctx, ruleHealth)
	defer cancel()
	return p.Healthy(ctx)
}

// describe asks the process what it is, twice.
func (t *suite) describe(ctx context.Context, p *supervise.Process) bool {
	ctx, cancel := t.answer(ctx, ruleDescribe)
	defer cancel()
	var answers [2]*pluginv1.DescribeResponse
	for i := range answers {
		var err error
		if answers[i], err = p.Client().Describe(ctx, &pluginv1.DescribeRequest{CoreVersion: t.o.CoreVersion}); err != nil {
			t.fail(ruleDescribe, "the call failed: %v", err)
			return false
		}
	}
	d := answers[0]
	t.description = d
	if d.GetName() == "" {
		t.fail(ruleDescribe, "it has no name")
	}
	var names []string
	for _, a := range d.GetActions() {
		if err := admin.CheckAction(a.GetName()); err != nil {
			t.fail(ruleDescribe, "%v", err)
		}
		if slices.Contains(names, a.GetName()) {
			t.fail(ruleDescribe, "the action %q is there twice", a.GetName())
		}
		names = append(names, a.GetName())
	}
	t.pass(ruleDescribe, "%q %s, SDK %q, %d actions", d.GetName(), d.GetVersion(), d.GetSdk(), len(names))
	t.compareDescriptions(answers[0], answers[1], "asked twice")
	return true
}

func (t *suite) compareDescriptions(a, b *pluginv1.DescribeResponse, when string) {
	if !proto.Equal(a, b) {
		t.fail(ruleDescribeStable, "%s, it said\n%v\nand then\n%v", when, a, b)
		return
	}
	t.pass(ruleDescribeStable, "the same, %s", when)
}

// configure hands over the configuration and looks at what the process does
// beside answering.
func (t *suite) configure(ctx context.Context, p *supervise.Process, f folders) bool {
	request := t.request(f)
	watched := []string{f.state, f.work, f.tmp, f.config}
	files, before := snapshot(watched), look(p.PID())
	ctx, cancel := t.answer(ctx, ruleConfigure)
	defer cancel()
	r, err := p.Client().Configure(ctx, request)
	if err != nil {
		t.fail(ruleConfigure, "the call failed: %v", err)
		return false
	}
	t.configured = r
	if mistakes := refusals(r, request.GetConfig()); len(mistakes) > 0 {
		t.fail(ruleConfigure, "it is refused: %s", strings.Join(mistakes, "; "))
		return false
	}
	t.pass(ruleConfigure, "accepted: %s", orNothing(r.GetSummary()))
	if changes := files.changes(snapshot(watched)); len(changes) > 0 {
		t.fail(ruleConfigureWrites, "it wrote %s", strings.Join(changes, ", "))
	} else {
		t.pass(ruleConfigureWrites, "nothing was written")
	}
	t.compareFootprints(before, look(p.PID()))
	t.mounts = t.claimed()
	return !t.failed(ruleMounts)
}

func (t *suite) compareFootprints(before, after footprint) {
	news := after.beyond(before)
	switch {
	case len(news) > 0:
		t.fail(ruleConfigureStarts, "it has %s", strings.Join(news, ", "))
	case after.blind != "":
		t.skip(ruleConfigureStarts, "it cannot be seen: %s", after.blind)
	default:
		t.pass(ruleConfigureStarts, "no new process, no new socket")
	}
}

// claimed returns the plugin's mounts as the core works them out.
func (t *suite) claimed() []string {
	mounts := t.subject.Mounts
	if mounts == nil {
		mounts = t.configured.GetMounts()
	}
	if len(mounts) == 0 {
		mounts = t.description.GetMounts()
	}
	if len(mounts) == 0 {
		t.fail(ruleMounts, "it claims no path, and its block names none")
	}
	for i, m := range mounts {
		if err := router.CheckMount(m); err != nil {
			t.fail(ruleMounts, "%v", err)
		}
		if slices.Contains(mounts[:i], m) {
			t.fail(ruleMounts, "%q is claimed twice", m)
		}
	}
	t.pass(ruleMounts, "%s", strings.Join(mounts, ", "))
	return mounts
}

func orNothing(text string) string {
	if text == "" {
		return "it has nothing to add"
	}
	return text
}
