package iam

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `role "app" {
			arn         = "arn:aws:iam::123456789012:role/app"
			duration    = "1h"
			external_id = "ext"
		}`).fake()
		g.run()
		synctest.Wait()
		if d := g.served(); d.Code != "Internal" || !strings.Contains(d.Message, "POST bootstrap credentials to /bootstrap/creds") {
			t.Errorf("unbootstrapped: %+v", d)
		}
		if !g.p.ValidUntil().IsZero() || len(g.sts.seen()) != 0 {
			t.Error("unbootstrapped, and valid or calling")
		}
		time.Sleep(time.Hour)
		g.post(goodBody)
		synctest.Wait()
		if d := g.served(); d.Code != "Success" || d.AccessKeyId != "ASIA1" || d.SecretAccessKey != "secret-of-ASIA1" || d.Token != "token-of-ASIA1" {
			t.Errorf("bootstrapped: %+v", d)
		}
		if until := g.p.ValidUntil(); until.Sub(g.clock.now()) != time.Hour {
			t.Errorf("valid until %s", until)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		calls := g.sts.seen()
		if len(calls) < 48 || len(calls) > 54 {
			t.Errorf("%d calls in a day, want one every 27 to 30 minutes", len(calls))
		}
		for i, c := range calls {
			want := "AKIABOOTSTRAP"
			if i > 0 {
				want = calls[i-1].issued
				if gap := c.at.Sub(calls[i-1].at); gap < 27*time.Minute || gap > 30*time.Minute {
					t.Errorf("call %d comes %s after the one before", i, gap)
				}
			}
			if c.signedBy != want || c.asked != time.Hour {
				t.Errorf("call %d is signed by %s for %s, want %s for 1h", i, c.signedBy, c.asked, want)
			}
		}
		if g.sts.most != 1 {
			t.Errorf("%d calls at a time", g.sts.most)
		}
		for _, line := range []string{
			`"@level":"info","@message":"credentials belong to account 123456789012"`,
			`"account":"123456789012","arn":"arn:aws:sts::123456789012:assumed-role/app/mockmd"`,
			`"@level":"info","@message":"new credentials"`,
			`"source":"bootstrap"`,
			`"source":"session"`,
		} {
			if !strings.Contains(g.log.String(), line) {
				t.Errorf("log has no line with %s", line)
			}
		}
		if n := strings.Count(g.log.String(), "credentials belong to account"); n != 1 {
			t.Errorf("the account is told %d times", n)
		}
	})
}

func TestChainingIsCapped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &rig{}
		for _, tt := range []struct {
			name, body string
			want       []time.Duration
		}{
			{"long-term bootstrap", goodBody, []time.Duration{12 * time.Hour, time.Hour}},
			{"temporary bootstrap", strings.Replace(goodBody, "}", `,"Token":"t"}`, 1), []time.Duration{time.Hour, time.Hour}},
		} {
			g = newRig(t, oneRole).fake()
			g.grant("app").requests[0].duration = 12 * time.Hour
			g.run()
			g.post(tt.body)
			time.Sleep(7 * time.Hour)
			calls := g.sts.seen()
			if len(calls) < 2 || calls[0].asked != tt.want[0] || calls[1].asked != tt.want[1] {
				t.Errorf("%s: calls %+v, want durations %v", tt.name, calls, tt.want)
			}
			g.stop()
		}
	})
}

func TestFallbackToBootstrap(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"AccessDenied", "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch"} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, oneRole).fake()
			g.sts.set(func(_ context.Context, k keys) error {
				if k.temporary() {
					return apiError(code)
				}
				return nil
			})
			g.run()
			g.post(goodBody)
			time.Sleep(35 * time.Minute)
			synctest.Wait()
			calls := g.sts.seen()
			if len(calls) != 3 || calls[1].signedBy != "ASIA1" || calls[2].signedBy != "AKIABOOTSTRAP" || !calls[1].at.Equal(calls[2].at) {
				t.Fatalf("%s: calls %+v, want the bootstrap set in the same cycle", code, calls)
			}
			if d := g.served(); d.AccessKeyId != "ASIA3" {
				t.Errorf("%s: served %+v", code, d)
			}
			if _, degraded := g.host.last(); degraded != "" {
				t.Errorf("%s: degraded: %s", code, degraded)
			}
		})
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		refuse   func(context.Context, keys) error
		degraded string
		code     string
	}{
		{"down", func(context.Context, keys) error { return errors.New("connection refused") }, "AssumeRole fails (retry): connection refused", "Internal"},
		{"throttled", func(context.Context, keys) error { return apiError("Throttling") }, "(retry): Throttling: message of Throttling", "Internal"},
		{"hanging", func(ctx context.Context, _ keys) error { <-ctx.Done(); return ctx.Err() }, "(retry): no answer in time", "Internal"},
		{"denied", func(context.Context, keys) error { return apiError("AccessDenied") }, "(needs a human): AccessDenied: message of AccessDenied; the trust policy of arn:aws:iam::123456789012:role/app must allow", "AssumeRoleUnauthorizedAccess"},
		{"key deleted", func(context.Context, keys) error { return apiError("InvalidClientTokenId") }, "(needs a human): InvalidClientTokenId", "Internal"},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, oneRole).fake()
			g.run()
			g.post(goodBody)
			synctest.Wait()
			g.sts.set(tt.refuse)
			time.Sleep(59 * time.Minute)
			synctest.Wait()
			if d := g.served(); d.AccessKeyId != "ASIA1" {
				t.Errorf("%s: the good set is not served: %+v", tt.name, d)
			}
			if _, degraded := g.host.last(); !strings.Contains(degraded, "role app: ") || !strings.Contains(degraded, tt.degraded) {
				t.Errorf("%s: degraded = %q", tt.name, degraded)
			}
			calls := len(g.sts.seen())
			// About half an hour of retries, each 30 s on average, by two sources at most.
			if calls < 30 || calls > 250 {
				t.Errorf("%s: %d calls", tt.name, calls)
			}
			time.Sleep(time.Minute + time.Second)
			synctest.Wait()
			if d := g.served(); d.Code != tt.code || !g.p.ValidUntil().IsZero() {
				t.Errorf("%s: after the expiry %+v, valid until %s", tt.name, d, g.p.ValidUntil())
			}
			if !strings.Contains(g.log.String(), "credentials have expired; the failure document is served") {
				t.Errorf("%s: the expiry is not logged", tt.name)
			}
			before := len(g.sts.seen())
			g.sts.set(nil)
			time.Sleep(time.Minute + 10*time.Second)
			synctest.Wait()
			if d := g.served(); d.Code != "Success" {
				t.Errorf("%s: not recovered: %+v", tt.name, d)
			}
			if n := len(g.sts.seen()) - before; n > 2 { // one of them may have been on its way
				t.Errorf("%s: %d calls to recover", tt.name, n)
			}
			if _, degraded := g.host.last(); degraded != "" || g.sts.most != 1 {
				t.Errorf("%s: degraded %q, %d at a time", tt.name, degraded, g.sts.most)
			}
		})
	}
}

func TestBadNewBootstrap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.sts.set(func(_ context.Context, k keys) error {
			if k.accessKeyID == "AKIABAD" {
				return apiError("InvalidClientTokenId")
			}
			return nil
		})
		g.run()
		g.post(goodBody)
		synctest.Wait()
		for range 2 { // a second bad one must not push the good one out
			g.post(`{"AccessKeyId":"AKIABAD","SecretAccessKey":"x"}`)
			synctest.Wait()
		}
		if d := g.served(); d.Code != "Success" {
			t.Errorf("served %+v", d)
		}
		_, degraded := g.host.last()
		if !strings.HasPrefix(degraded, "role app: the new bootstrap credentials AKIABAD are refused, the earlier ones stay in use: AssumeRole fails (needs a human): InvalidClientTokenId") {
			t.Errorf("degraded = %q", degraded)
		}
		g.sts.set(func(_ context.Context, k keys) error {
			if k.accessKeyID == "AKIABAD" || k.temporary() {
				return apiError("ExpiredToken")
			}
			return nil
		})
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		calls := g.sts.seen()
		if last := calls[len(calls)-1]; last.signedBy != "AKIABOOTSTRAP" || last.err != nil {
			t.Errorf("the bootstrap set that worked is not the fallback: %+v", calls)
		}
		g.post(`{"AccessKeyId":"AKIANEW","SecretAccessKey":"x"}`)
		synctest.Wait()
		calls = g.sts.seen()
		if last := calls[len(calls)-1]; last.signedBy != "AKIANEW" || last.err != nil {
			t.Errorf("the newest bootstrap set is not used at once: %+v", last)
		}
		if _, degraded := g.host.last(); degraded != "" {
			t.Errorf("degraded = %q", degraded)
		}
		if checkpoint, _ := g.host.last(); strings.Contains(string(checkpoint), "AKIABOOTSTRAP") || strings.Contains(string(checkpoint), "AKIABAD") {
			t.Error("replaced bootstrap sets are kept")
		}
	})
}

func TestNewBootstrapEndsBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.sts.set(func(context.Context, keys) error { return apiError("ExpiredToken") })
		g.run()
		g.post(goodBody)
		time.Sleep(time.Hour)
		g.sts.set(nil)
		g.post(`{"AccessKeyId":"AKIANEW","SecretAccessKey":"x"}`)
		at := g.clock.now()
		synctest.Wait()
		calls := g.sts.seen()
		if last := calls[len(calls)-1]; last.signedBy != "AKIANEW" || !last.at.Equal(at) {
			t.Errorf("last call %+v, want at once", last)
		}
	})
}

func TestClockJumps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		jump time.Duration
		wait time.Duration
	}{
		{"slept over the renewal", 40 * time.Minute, tick},
		{"slept over the expiry", 5 * time.Hour, tick},
		{"put back", -48 * time.Hour, tick},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, oneRole).fake()
			g.run()
			g.post(goodBody)
			time.Sleep(time.Minute)
			g.clock.jump(tt.jump)
			time.Sleep(tt.wait)
			synctest.Wait()
			if d := g.served(); d.AccessKeyId != "ASIA2" {
				t.Errorf("%s: not renewed within %s: %+v", tt.name, tt.wait, d)
			}
			if n := len(g.sts.seen()); n != 2 {
				t.Errorf("%s: %d calls", tt.name, n)
			}
		})
	}
}

func TestClockPutBackDuringBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.sts.set(func(context.Context, keys) error { return errors.New("down") })
		g.run()
		g.post(goodBody)
		time.Sleep(time.Hour)
		g.clock.jump(-24 * time.Hour)
		g.sts.set(nil)
		time.Sleep(tick)
		synctest.Wait()
		if d := g.served(); d.Code != "Success" {
			t.Errorf("still waiting for a time of before: %+v", d)
		}
	})
}

func TestShortLifetimes(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{2 * time.Second, 5 * time.Second, time.Minute, 15 * time.Minute, 20 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, oneRole).fake()
			g.sts.lifetime = life
			g.p.gap = gapOther
			g.run()
			g.post(goodBody)
			synctest.Wait()
			for range 400 {
				time.Sleep(life / 20)
				synctest.Wait()
				if d := g.served(); d.Code != "Success" {
					t.Fatalf("%s: %+v", life, d)
				}
				left := g.p.ValidUntil().Sub(g.clock.now())
				if life >= 20*time.Minute && left < fresh {
					t.Fatalf("%s: %s left", life, left)
				}
			}
			if n := len(g.sts.seen()); n > 20*5 {
				t.Errorf("%s: %d calls in 20 lives", life, n)
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		whole := assumed{
			keys:    keys{accessKeyID: "ASIAX", secret: newSecret("s"), token: newSecret("t")},
			expires: time.Now().Add(time.Hour), arn: "arn:aws:sts::210987654321:assumed-role/app/x",
		}
		const account = "123456789012"
		if s, err := newSession(whole, account, time.Hour, time.Now(), 0); err != nil || s.account != "210987654321" {
			t.Fatalf("whole answer: %+v, %v", s, err)
		}
		for _, tt := range []struct {
			want  string
			spoil func(*assumed)
		}{
			{"the answer has no AccessKeyId", func(a *assumed) { a.keys.accessKeyID = "" }},
			{"the AccessKeyId in the answer is not one", func(a *assumed) { a.keys.accessKeyID = "A\nB" }},
			{"the answer has no SecretAccessKey", func(a *assumed) { a.keys.secret = secret{} }},
			{"the answer has no SessionToken", func(a *assumed) { a.keys.token = newSecret("") }},
			{"the answer has no Expiration", func(a *assumed) { a.expires = time.Time{} }},
			{"the credentials in the answer have expired at 2000-01-01T00:00:00Z already; look at this machine's clock", func(a *assumed) { a.expires = time.Now() }},
			{"the Arn in the answer is not that of an assumed role", func(a *assumed) { a.arn = "arn:aws:iam::123456789012:user/x" }},
		} {
			spoilt := whole
			tt.spoil(&spoilt)
			if _, err := newSession(spoilt, account, time.Hour, time.Now(), 0); err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		}
	})
}

// An STS, or a clock, that leaves next to no life must not be asked without a
// pause.
func TestRateIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.sts.lifetime = time.Second
		g.run()
		g.post(goodBody)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(g.sts.seen()); n < 2 || n > 13 {
			t.Errorf("%d calls in a minute, want one in 5 s", n)
		}
	})
}
