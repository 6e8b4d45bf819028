package iam

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// crash stops g and returns a rig that goes on from its checkpoint.
func (g *rig) crash(config string) *rig {
	g.t.Helper()
	g.stop()
	checkpoint, _ := g.host.last()
	next := newRig(g.t, config)
	next.clock = g.clock
	next.sts.now = next.clock.now
	next.p.clock.wall, next.p.clock.elapsed = next.clock.now, next.clock.elapsed
	next.sts.calls = g.sts.calls
	if err := next.p.Restore(g.t.Context(), checkpoint); err != nil {
		g.t.Fatalf("restore: %v", err)
	}
	return next
}

func TestCrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.run()
		g.post(goodBody)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		due := g.grant("app").session.renew
		g = g.crash(oneRole).fake()
		if d := g.served(); d.AccessKeyId != "ASIA1" {
			t.Errorf("before Run: %+v", d)
		}
		g.run()
		synctest.Wait()
		if n := len(g.sts.seen()); n != 1 || g.p.ValidUntil().IsZero() {
			t.Errorf("a fresh session is assumed again: %d calls", n)
		}
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		calls := g.sts.seen()
		if len(calls) != 2 || calls[1].signedBy != "ASIA1" || !calls[1].at.Equal(due) {
			t.Errorf("after the crash: %+v, want one at %s", calls, due)
		}
		if strings.Contains(g.log.String(), "belong to account") {
			t.Error("an account that has not changed is told again")
		}
		// A long way down, everything but the bootstrap set is void.
		g.stop()
		g.clock.jump(24 * time.Hour)
		g = g.crash(oneRole).fake()
		g.run()
		synctest.Wait()
		calls = g.sts.seen()
		if last := calls[len(calls)-1]; last.signedBy != "AKIABOOTSTRAP" || g.served().Code != "Success" {
			t.Errorf("after a day: %+v", last)
		}
	})
}

func TestCrashBeforeBootstrapIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		g.sts.set(func(ctx context.Context, _ keys) error { <-ctx.Done(); return ctx.Err() })
		g.post(`{"AccessKeyId":"AKIANEW","SecretAccessKey":"x"}`)
		synctest.Wait()
		g = g.crash(oneRole).fake()
		g.run()
		synctest.Wait()
		calls := g.sts.seen()
		if last := calls[len(calls)-1]; last.signedBy != "AKIANEW" || last.err != nil {
			t.Errorf("the new set is forgotten: %+v", calls)
		}
	})
}

func TestRestoreIntoAnotherConfiguration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name, config       string
			session, bootstrap bool
		}{
			{"same", oneRole, true, true},
			{"longer sessions", `role "app" {
				arn      = "arn:aws:iam::123456789012:role/app"
				duration = "30m"
			}`, true, true},
			{"another role", `role "app" { arn = "arn:aws:iam::123456789012:role/other" }`, false, true},
			{"another name", `role "app" {
				arn          = "arn:aws:iam::123456789012:role/app"
				session_name = "other"
			}`, false, true},
			{"another STS", oneRole + "\nsts { endpoint = \"https://sts.example.com\" }", false, false},
			{"simulated", oneRole + "\nsts { simulated = true }", false, false},
		} {
			g := newRig(t, oneRole).fake()
			g.run()
			g.post(goodBody)
			synctest.Wait()
			next := g.crash(tt.config)
			if st := next.p.state; (next.grant("app").session != nil) != tt.session || (st.current != nil) != tt.bootstrap {
				t.Errorf("%s: session %v, bootstrap %v", tt.name, next.grant("app").session != nil, st.current != nil)
			}
		}
	})
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, checkpoint, want string }{
		{"rubbish", "CANARY", "the checkpoint is not readable"},
		{"another type", `{"version":"CANARY"}`, "the checkpoint is not readable"},
		{"version", `{"version":1}`, "the checkpoint has version 1, want 2"},
	} {
		if err := newRig(t, oneRole).p.Restore(t.Context(), []byte(tt.checkpoint)); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error = %v, want %s", tt.name, err, tt.want)
		}
	}
	g := newRig(t, oneRole)
	half := fmt.Sprintf(`{"version":2,"place":"aws","current":1,"bootstraps":[{"id":1,"keys":{"id":"A","secret":""}}],
		"grants":{"app":{"terms":%q,"session":{"keys":{"id":"ASIA","secret":"s"},"source":"bootstrap","expires":"2999-01-01T00:00:00Z"}}}}`, g.grant("app").terms())
	if err := g.p.Restore(t.Context(), []byte(half)); err != nil || g.p.state.current != nil || g.grant("app").session != nil {
		t.Errorf("half credentials are restored: %v", err)
	}
}

// With many roles and long tokens the sessions do not fit, the bootstrap set
// still does.
func TestCheckpointSize(t *testing.T) {
	t.Parallel()
	var config strings.Builder
	for i := range 40 {
		fmt.Fprintf(&config, "role \"r%d\" { arn = \"arn:aws:iam::123456789012:role/r%d\" }\n", i, i)
	}
	g := newRig(t, `role "app" { arn = "arn:aws:iam::123456789012:role/app" }`+"\n"+config.String())
	g.p.state.current = &bootstrap{id: 1, keys: keys{accessKeyID: "A", secret: newSecret("s"), token: newSecret(strings.Repeat("t", maxToken))}}
	for _, r := range g.p.state.grants {
		r.session = testSession()
		r.session.keys.token = newSecret(strings.Repeat("t", 1600))
	}
	data, err := g.p.state.checkpoint()
	if err != nil || len(data) > sdk.MaxCheckpoint {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	var saved savedState
	if err := json.Unmarshal(data, &saved); err != nil || len(saved.Bootstraps) != 1 || len(saved.Grants) != 41 {
		t.Errorf("saved %d sets, %d roles, %v", len(saved.Bootstraps), len(saved.Grants), err)
	}
	if !strings.Contains(g.log.String(), "too many roles or instances for one checkpoint") {
		t.Error("nobody is told")
	}
}

// Sessions of several roles outlive a crash, each as it was.
func TestCrashWithSeveralSessions(t *testing.T) {
	t.Parallel()
	const config = oneRole + "\n" + identityOnly + oneTask
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, config).fake()
		g.run()
		g.post(goodBody)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		before := map[string]string{}
		look := func(into map[string]string) {
			tree, err := g.p.Tree(t.Context(), g.in)
			if err != nil {
				t.Fatal(err)
			}
			for path := range tree {
				leaf, _ := g.leaf(path)
				into[path] = string(leaf.Body)
			}
		}
		look(before)
		g = g.crash(config).fake()
		after := map[string]string{}
		look(after)
		for path, body := range before {
			if after[path] != body {
				t.Errorf("%s after the crash:\n%s\nbefore:\n%s", path, after[path], body)
			}
		}
		g.run()
		synctest.Wait()
		if n := len(g.sts.seen()); n != 2 || len(before) != 6 || g.p.ValidUntil().IsZero() {
			t.Errorf("%d calls, %d paths", n, len(before))
		}
		// Taken out of the configuration, the identity session is forgotten.
		g = g.crash(oneRole).fake()
		g.run()
		synctest.Wait()
		if _, ok := g.leaf(identityPath); ok || g.served().Code != "Success" {
			t.Error("the identity role outlives its block")
		}
		checkpoint, _ := g.host.last()
		if strings.Contains(string(checkpoint), identityName) {
			t.Error("the checkpoint keeps what is not configured any more")
		}
	})
}
