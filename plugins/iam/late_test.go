package iam

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

const ownSessions = `
role "app" {
  arn          = "arn:aws:iam::123456789012:role/app"
  session_name = "$${instance.id}"
}`

// document is what an instance is served, whether the configuration names it
// or its first client has brought it.
func (g *rig) document(in *sdk.Instance) served {
	g.t.Helper()
	tree, err := g.p.Tree(g.t.Context(), in)
	if err != nil {
		g.t.Fatal(err)
	}
	return decodeDocument(g.t, tree[documentOf("app")].(sdk.Leaf))
}

// TestLateInstancesAfterACrash: an instance that comes after a crash, since its
// client asks no sooner, has the session of before; also when nobody has asked
// between two crashes, and when STS gives no other.
func TestLateInstancesAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, ownSessions).fake()
		g.run()
		g.post(goodBody)
		g.document(instanceOf("web", "i-web"))
		synctest.Wait()
		before := g.document(instanceOf("web", "i-web"))
		if before.Code != "Success" {
			t.Fatalf("before the crash: %+v", before)
		}
		for range 2 {
			g = g.crash(ownSessions).fake()
			g.sts.set(func(context.Context, keys) error { return errors.New("STS is away") })
			g.run()
			if _, err := g.act("refresh", ""); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if after := g.document(instanceOf("web", "i-web")); after.AccessKeyId != before.AccessKeyId || after.Code != "Success" {
			t.Errorf("after two crashes %+v, want %s", after, before.AccessKeyId)
		}
		if n := waiting(g.p.state); n != 0 {
			t.Errorf("%d grants wait for somebody to ask", n)
		}
	})
}

// TestLateInstancesEnd: what waits for an instance that never comes goes with
// its session, and what the operator drops does not come back.
func TestLateInstancesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, ownSessions).fake()
		g.run()
		g.post(goodBody)
		g.document(instanceOf("web", "i-web"))
		synctest.Wait()
		g = g.crash(ownSessions).fake()
		g.run()
		if _, err := g.act("forget", ""); err != nil {
			t.Fatal(err)
		}
		g = g.crash(ownSessions).fake()
		g.run()
		synctest.Wait()
		calls := len(g.sts.seen())
		if d := g.document(instanceOf("web", "i-web")); d.Code == "Success" || len(g.sts.seen()) != calls {
			t.Errorf("after forget: %+v, %d calls", d, len(g.sts.seen())-calls)
		}
		g.post(goodBody)
		synctest.Wait()
		if d := g.document(instanceOf("web", "i-web")); d.Code != "Success" {
			t.Errorf("after a new bootstrap: %+v", d)
		}
		g = g.crash(ownSessions).fake()
		g.run()
		synctest.Wait()
		if n := waiting(g.p.state); n != 1 {
			t.Errorf("%d grants wait, want 1", n)
		}
		time.Sleep(2 * time.Hour) // renewals of the instance that is there
		synctest.Wait()
		if n := waiting(g.p.state); n != 0 {
			t.Errorf("%d grants wait though their sessions are over", n)
		}
	})
}

// waiting is how many grants are saved that nobody has asked for yet.
func waiting(s *state) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.late)
}

// TestForgottenStaysSo: what an operator has dropped is not served to who comes
// first, or again, after that, until he asks for it; over a crash too.
func TestForgottenStaysSo(t *testing.T) {
	t.Parallel()
	const config = ownSessions + `
static {
  access_key_id     = "AKIASTATIC"
  secret_access_key = "static-secret"
}`
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, config).fake()
		g.run()
		expect := func(what, label, code string) {
			t.Helper()
			in := instanceOf(label, "i-"+label)
			g.document(in)
			synctest.Wait()
			if d := g.document(in); d.Code != code {
				t.Errorf("%s, %s: %+v", what, label, d)
			}
			g.p.Forget(in)
		}
		expect("at the start", "before", codeSuccess)
		if _, err := g.act("forget", ""); err != nil {
			t.Fatal(err)
		}
		expect("forgotten", "before", codeInternal)
		expect("forgotten", "after", codeInternal)
		g = g.crash(config).fake()
		g.run()
		expect("after a crash", "before", codeInternal)
		if _, err := g.act("refresh", ""); err != nil {
			t.Fatal(err)
		}
		expect("asked for again", "before", codeSuccess)
		g = g.crash(config).fake()
		g.run()
		expect("after another crash", "after", codeSuccess)
	})
}
