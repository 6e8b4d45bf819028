package iam

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk"
)

const twoTasks = `
role "app" { arn = "arn:aws:iam::123456789012:role/app" }
role "db" { arn = "arn:aws:iam::123456789012:role/team/db" }
ecs "1" {
  task "0f-TaskApplication" { role = "app" }
  task "0f-TaskExecution" { role = "db" }
}`

const (
	ecsInfoPath = "meta-data/iam-ecs-1/info"
	ecsAppPath  = "meta-data/iam-ecs-1/security-credentials/0f-TaskApplication"
	ecsDBPath   = "meta-data/iam-ecs-1/security-credentials/0f-TaskExecution"
)

// codes are what an info says of each task.
func codes(t *testing.T, body []byte) string {
	t.Helper()
	var info ecsInfo
	if err := json.Unmarshal(body, &info); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, task := range slices.Sorted(maps.Keys(info.TaskCredentials)) {
		out = append(out, info.TaskCredentials[task].Code)
	}
	return strings.Join(out, " ")
}

func TestTaskDocuments(t *testing.T) {
	t.Parallel()
	g := newRig(t, twoTasks)
	g.clock.jump(time.Until(testSession().issued))
	g.p.state.changed = testSession().issued
	g.grant("app").session = testSession()
	g.grant("db").setTrouble(&failure{class: classHuman, code: "AccessDenied"}, testSession().issued)
	info, _ := g.leaf(ecsInfoPath)
	document, _ := g.leaf(ecsAppPath)
	golden(t, "ecs-info.json", info.Body)
	golden(t, "ecs-task.json", document.Body)
	golden(t, "ecs-info-expired.json", info.Successor.Body)
	if _, ok := g.leaf(ecsDBPath); ok {
		t.Error("a task without credentials has a file")
	}
	if info.Since != "2026-01-01" || document.Since != "2026-01-01" || document.Successor != nil {
		t.Errorf("leaves %+v\n%+v", info, document)
	}
	if !info.NotAfter.Equal(document.NotAfter) || !document.NotAfter.Equal(testSession().expires) || !info.Successor.NotAfter.IsZero() {
		t.Errorf("info ends at %s, the document at %s", info.NotAfter, document.NotAfter)
	}
	for l := &info; l != nil; l = l.Successor {
		if !strings.HasPrefix(string(l.Body), `{"LastUpdated":"`+stamp(l.LastModified)+`"`) {
			t.Errorf("last modified %s: %s", l.LastModified, l.Body)
		}
	}
}

// Without the plugin the core goes from one successor to the next: at each
// expiry one task fewer has credentials.
func TestTaskInfoFollowsEachExpiry(t *testing.T) {
	t.Parallel()
	g := newRig(t, twoTasks)
	g.clock.jump(time.Until(testSession().issued))
	later := testSession()
	later.expires = later.expires.Add(time.Minute)
	g.p.state.changed = testSession().expires.Add(time.Second) // as after a burst of changes
	g.grant("app").session, g.grant("db").session = later, testSession()
	info, _ := g.leaf(ecsInfoPath)
	var got []string
	var last time.Time
	for l := &info; l != nil; l = l.Successor {
		if !l.LastModified.After(last) {
			t.Errorf("LastUpdated %s follows %s", l.LastModified, last)
		}
		last = l.LastModified
		got = append(got, codes(t, l.Body)+" "+fmt.Sprint(l.NotAfter.Sub(testSession().expires)))
	}
	want := []string{"Success Success 0s", "Success Internal 1m0s", "Internal Internal " + fmt.Sprint(time.Time{}.Sub(testSession().expires))}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("infos (-want +got):\n%s", diff)
	}
}

// The core takes 16 successors. More expiries than that can only pass while
// the plugin is dead; the info ends with them.
func TestTaskInfoWithManyExpiries(t *testing.T) {
	t.Parallel()
	var config strings.Builder
	fmt.Fprintf(&config, "ecs \"1\" {\n")
	for i := range 20 {
		fmt.Fprintf(&config, "task \"t%d-A\" { role = \"r%d\" }\n", i, i)
	}
	config.WriteString("}\n" + oneRole + "\n")
	for i := range 20 {
		fmt.Fprintf(&config, "role \"r%d\" { arn = \"arn:aws:iam::123456789012:role/r%d\" }\n", i, i)
	}
	g := newRig(t, config.String())
	g.clock.jump(time.Until(testSession().issued))
	for i := range 20 {
		s := testSession()
		s.expires = s.expires.Add(time.Duration(i) * time.Second)
		g.grant(fmt.Sprintf("r%d", i)).session = s
	}
	info, _ := g.leaf(ecsInfoPath)
	successors, end := 0, info.NotAfter
	for l := info.Successor; l != nil; l = l.Successor {
		if !l.NotAfter.After(end) {
			t.Errorf("successor %d ends at %s, not after %s", successors, l.NotAfter, end)
		}
		successors, end = successors+1, l.NotAfter
	}
	if want := testSession().expires.Add(16 * time.Second); successors != 16 || !end.Equal(want) {
		t.Errorf("%d successors until %s, want 16 until %s", successors, end, want)
	}
}

// Every tree agrees with itself, and the agent, which looks at LastUpdated
// only, misses no change.
func TestTaskLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, twoTasks).fake()
		told := map[string]string{} // documents by LastUpdated
		look := func() string {
			tree, err := g.p.Tree(t.Context(), g.in)
			if err != nil {
				t.Fatal(err)
			}
			info := tree[ecsInfoPath].(sdk.Leaf)
			var documents strings.Builder
			for _, path := range []string{ecsAppPath, ecsDBPath} {
				leaf, there := tree[path].(sdk.Leaf)
				documents.Write(leaf.Body)
				task := path[strings.LastIndex(path, "/")+1:]
				if said := strings.Contains(string(info.Body), `"`+task+`":{"Code":"Success"`); said != there {
					t.Errorf("%s is there: %v: %s", path, there, info.Body)
				}
				if there && (info.NotAfter.IsZero() || info.NotAfter.After(leaf.NotAfter)) {
					t.Errorf("info ends at %s, after %s", info.NotAfter, leaf.NotAfter)
				}
			}
			updated := stamp(info.LastModified)
			if before, ok := told[updated]; ok && before != documents.String() {
				t.Errorf("the documents have changed and LastUpdated has not: %s", info.Body)
			}
			told[updated] = documents.String()
			return codes(t, info.Body)
		}
		if got := look(); got != "Internal Internal" {
			t.Errorf("before the bootstrap: %s", got)
		}
		g.run()
		g.post(goodBody)
		g.host.wait(t, "both roles", func() bool { return look() == "Success Success" })
		g.sts.set(func(context.Context, keys) error { return apiError("AccessDenied") })
		for range 70 {
			time.Sleep(time.Minute)
			synctest.Wait()
			look()
		}
		if got := look(); got != "AssumeRoleUnauthorizedAccess AssumeRoleUnauthorizedAccess" {
			t.Errorf("denied: %s", got)
		}
		g.sts.set(nil)
		g = g.crash(twoTasks).fake()
		look()
		g.run()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := look(); got != "Success Success" {
			t.Errorf("after all: %s", got)
		}
		for _, secret := range []string{"secret-of-", "token-of-", "bootstrap-secret"} {
			if strings.Contains(g.log.String(), secret) {
				t.Errorf("the log shows %s", secret)
			}
		}
	})
}

// Changes within one second are told apart; a clock that was put back is
// believed.
func TestEveryChangeHasItsOwnSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole)
		s := g.p.state
		last := s.changed
		for range 3 {
			s.told()
			if s.changed.Sub(last) != time.Second {
				t.Errorf("%s follows %s", s.changed, last)
			}
			last = s.changed
		}
		time.Sleep(time.Hour)
		if s.told(); !s.changed.Equal(s.wholeSecond()) {
			t.Errorf("changed = %s, now %s", s.changed, s.wholeSecond())
		}
		g.clock.jump(-24 * time.Hour)
		if s.told(); !s.changed.Equal(s.wholeSecond()) {
			t.Errorf("changed = %s, now %s", s.changed, s.wholeSecond())
		}
	})
}
