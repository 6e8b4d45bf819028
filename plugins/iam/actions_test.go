package iam

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func (g *rig) told() toldState {
	g.t.Helper()
	out, err := g.act("credentials", "")
	if err != nil {
		g.t.Fatal(err)
	}
	var s toldState
	if err := json.Unmarshal(out, &s); err != nil {
		g.t.Fatal(err)
	}
	for _, bad := range []string{"secret", "token-of"} {
		if strings.Contains(string(out), bad) {
			g.t.Errorf("the answer has a secret: %s", out)
		}
	}
	return s
}

func TestCredentialsAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.run()
		synctest.Wait()
		s := g.told()
		if s.STS != "AWS STS in us-east-1" || len(s.Sources) != 1 || len(s.Roles) != 1 {
			t.Fatalf("told %+v", s)
		}
		if src := s.Sources[0]; src.State != "waiting" || src.Kind != "bootstrap" || !strings.HasPrefix(src.Detail, "POST bootstrap credentials") {
			t.Errorf("source %+v", src)
		}
		if r := s.Roles[0]; r.State != "waiting" || r.Role != "app" || r.RoleARN != "arn:aws:iam::123456789012:role/app" || r.Account != "123456789012" || r.Error != nil {
			t.Errorf("role %+v", r)
		}
		g.post(goodBody)
		synctest.Wait()
		s = g.told()
		now := stamp(g.clock.now())
		if src := s.Sources[0]; src.State != "ready" || src.Detail != "AKIABOOTSTRAP of "+now {
			t.Errorf("source %+v", src)
		}
		r := s.Roles[0]
		if r.State != "valid" || r.AccessKeyID != "ASIA1" || r.Issued != now || r.Expires != stamp(g.clock.now().Add(time.Hour)) ||
			r.SignedBy != "AKIABOOTSTRAP" || r.Source != "bootstrap" || r.SessionARN != "arn:aws:sts::123456789012:assumed-role/app/mockmd" || r.NextRefresh <= now {
			t.Errorf("role %+v", r)
		}
		g.sts.set(func(context.Context, keys) error { return apiError("AccessDenied") })
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		r = g.told().Roles[0]
		if r.State != "valid" || r.Attempts < 5 || r.Error == nil || r.Error.Class != "needs a human" || r.Error.Code != "AccessDenied" ||
			!strings.HasPrefix(r.Error.Message, "AssumeRole fails: AccessDenied") || r.Error.Mend == "" || r.Error.Since == "" {
			t.Errorf("failing role %+v %+v", r, r.Error)
		}
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		if r = g.told().Roles[0]; r.State != "failing" || r.AccessKeyID != "" || r.Expires != "" {
			t.Errorf("expired role %+v", r)
		}
	})
}

func TestRefreshAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole+"\n"+`role "db" { arn = "arn:aws:iam::123456789012:role/db" }`).fake()
		g.run()
		g.post(goodBody)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if out, err := g.act("refresh", `{"Role":"db"}`); err != nil || out != nil {
			t.Errorf("refresh: %s, %v", out, err)
		}
		synctest.Wait()
		if c := g.lastCall(); len(g.sts.seen()) != 3 || c.role != "arn:aws:iam::123456789012:role/db" || !c.at.Equal(g.clock.now()) {
			t.Errorf("calls %+v", g.sts.seen())
		}
		for range 50 { // nobody drives STS faster than its pace
			_, _ = g.act("refresh", "")
			synctest.Wait()
		}
		time.Sleep(gapAWS)
		synctest.Wait()
		if n := len(g.sts.seen()); n > 6 {
			t.Errorf("%d calls", n)
		}
		for body, want := range map[string]string{
			`{"Role":"x"}`: "there is no such role",
			`{"role":"x"}`: "there is an unknown key; the only key is Role, spelled exactly so",
			`[]`:           "the body must be a JSON object",
			`{"Role":1}`:   "Role must be a string",
		} {
			if _, err := g.act("refresh", body); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		}
	})
}

func TestForgetAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		// An answer that is on its way is worthless.
		hold := make(chan struct{})
		g.sts.set(func(context.Context, keys) error { <-hold; return nil })
		_, _ = g.act("refresh", "")
		time.Sleep(gapAWS)
		synctest.Wait()
		if _, err := g.act("forget", `{"all":true}`); err == nil || err.Error() != "there is an unknown key; the object must be empty" {
			t.Errorf("forget with a body: %v", err)
		}
		if out, err := g.act("forget", ""); err != nil || out != nil {
			t.Errorf("forget: %s, %v", out, err)
		}
		close(hold)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || !strings.Contains(d.Message, "were dropped by its operator") || !g.p.ValidUntil().IsZero() {
			t.Errorf("served %+v", d)
		}
		if checkpoint, _ := g.host.last(); strings.Contains(string(checkpoint), "AKIABOOTSTRAP") || strings.Contains(string(checkpoint), "ASIA") {
			t.Errorf("the checkpoint keeps credentials: %s", checkpoint)
		}
		if r := g.told().Roles[0]; r.State != "forgotten" {
			t.Errorf("role %+v", r)
		}
		// A crash brings nothing back, a new set does.
		g = g.crash(oneRole).fake()
		g.run()
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || len(g.sts.seen()) != 2 {
			t.Errorf("after a crash: %+v, %d calls", d, len(g.sts.seen()))
		}
		g.post(goodBody)
		synctest.Wait()
		if d := g.served(); d.Code != "Success" {
			t.Errorf("with a new set: %+v", d)
		}
	})
}

// What has been forgotten comes back from the other sources when somebody asks
// for it.
func TestForgetAndRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeChain{key: "AKIACHAIN"}
		g := newRig(t, oneRole+"\ndefault_chain {}").fake().chained(f)
		g.run()
		synctest.Wait()
		_, _ = g.act("forget", "")
		f.set(func(f *fakeChain) { f.changed = true })
		time.Sleep(time.Hour)
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || len(g.sts.seen()) != 1 {
			t.Errorf("served %+v, %d calls", d, len(g.sts.seen()))
		}
		_, _ = g.act("refresh", "")
		synctest.Wait()
		if d := g.served(); d.Code != "Success" {
			t.Errorf("served %+v", d)
		}
	})
}

func TestNobodyTakesBootstrapCredentials(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+"\ndefault_chain {}").fake().chained(&fakeChain{key: "AKIACHAIN"})
	g.run()
	if _, err := g.act("bootstrap/creds", goodBody); err == nil || err.Error() != "no role takes bootstrap credentials: add a bootstrap block to the iam plugin, or name it in sources" {
		t.Errorf("error = %v", err)
	}
}

func TestMFA(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `role "app" {
			arn        = "arn:aws:iam::123456789012:role/app"
			mfa_serial = "arn:aws:iam::123456789012:mfa/me"
		}`).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		d := g.served()
		if d.Code != "Internal" || !strings.Contains(d.Message, `an MFA code is needed (needs a human): the role wants a code of the device arn:aws:iam::123456789012:mfa/me; POST {"Role": "app", "Code": "123456"} with the device's code to /mfa`) || len(g.sts.seen()) != 0 {
			t.Errorf("without a code: %+v, %d calls", d, len(g.sts.seen()))
		}
		for body, want := range map[string]string{
			`{"Code":"12345"}`:               "Code must be the 6 digits that the device shows",
			`{"Role":"x","Code":"123456"}`:   "no such role has an mfa_serial",
			`{"Code":"123456","Serial":"x"}`: "there is an unknown key; the keys are Role and Code, spelled exactly so",
			``:                               "the body is empty; it must be a JSON object",
		} {
			if _, err := g.act("mfa", body); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		}
		if _, err := g.act("mfa", `{"Code":"123456"}`); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		c := g.lastCall()
		if c.request.mfaSerial != "arn:aws:iam::123456789012:mfa/me" || c.request.mfaCode.reveal() != "123456" || g.served().Code != "Success" {
			t.Errorf("call %+v", c)
		}
		if strings.Contains(g.log.String(), "123456\"") {
			t.Error("the log shows the code")
		}
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		if c := g.lastCall(); c.signedBy != "ASIA1" || c.request.mfaSerial != "" || !c.request.mfaCode.empty() {
			t.Errorf("the session shows a code: %+v", c)
		}
		// A code is used once, and not when it is old.
		g.sts.set(func(_ context.Context, k keys) error {
			if k.temporary() {
				return apiError("AccessDenied")
			}
			return nil
		})
		_, _ = g.act("refresh", "")
		time.Sleep(time.Minute)
		synctest.Wait()
		if r := g.told().Roles[0]; r.Error == nil || r.Error.Code != "MFARequired" {
			t.Errorf("role %+v", r)
		}
	})
}
