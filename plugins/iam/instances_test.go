package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func instanceOf(label, id string) *sdk.Instance {
	in := sdktest.Instance()
	in.Label, in.ID, in.IAMInstanceProfile = label, id, "app"
	return in
}

// Each instance has sessions of its own, from one process; those of an instance
// that is gone are let go.
func TestSessionsOfInstances(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, `
role "app" {
  arn          = "arn:aws:iam::123456789012:role/app"
  session_name = "$${instance.id}"
  external_id  = "for-$${instance.label}:$${instance.region}"
  tags         = { Zone = "$${instance.availability_zone}", Fixed = "same" }
}
role "db" { arn = "arn:aws:iam::123456789012:role/db" }`).fake()
		g.run()
		g.post(goodBody)
		synctest.Wait()
		web, api := instanceOf("web", "i-web"), instanceOf("api", "i-api")
		tree := func(in *sdk.Instance) served {
			t.Helper()
			tree, err := g.p.Tree(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			return decodeDocument(t, tree[documentOf("app")].(sdk.Leaf))
		}
		if d := tree(web); d.Code != "Internal" || !strings.Contains(d.Message, "mockmd is assuming the role app: ask again in a moment") {
			t.Errorf("a new instance has %+v", d)
		}
		if until := g.p.ValidUntil(); until.IsZero() {
			t.Error("an instance that has just been met makes the status false")
		}
		tree(api)
		synctest.Wait()
		d, other := tree(web), tree(api)
		if d.Code != "Success" || other.Code != "Success" || d.AccessKeyId == other.AccessKeyId {
			t.Errorf("web has %+v, api %+v", d, other)
		}
		requests := map[string]assumeRequest{}
		for _, c := range g.sts.seen() {
			requests[c.session] = c.request
		}
		if got := slices.Sorted(maps.Keys(requests)); fmt.Sprint(got) != "[i-0123456789abcdef0 i-api i-web mockmd]" {
			t.Errorf("sessions %v", got)
		}
		if q := requests["i-web"]; q.externalID != "for-web:us-east-1" || fmt.Sprint(q.tags) != "[{Fixed same} {Zone us-east-1a}]" {
			t.Errorf("request %+v", q)
		}
		n := len(g.sts.seen())
		tree(web) // the same facts
		g.p.Forget(api)
		synctest.Wait()
		if len(g.p.state.grants) != 3 || len(g.sts.seen()) != n {
			t.Errorf("%d grants, %d calls", len(g.p.state.grants), len(g.sts.seen())-n)
		}
		moved := instanceOf("web", "i-new") // its facts have changed
		tree(moved)
		synctest.Wait()
		if d := tree(moved); d.Code != "Success" || g.lastCall().session != "i-new" || len(g.p.state.grants) != 3 {
			t.Errorf("%+v, %d grants", d, len(g.p.state.grants))
		}
	})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	arn := "arn = \"arn:aws:iam::123456789012:role/app\"\n"
	for _, tt := range []struct{ name, argument, want string }{
		{"another variable", `session_name = "$${nonsense.id}"`, `3: Invalid template; There is no variable "nonsense" here: the facts of the instance that asks are $${instance.id} and the like.`},
		{"half a template", `session_name = "$${instance.id"`, "3: Invalid template"},
		{"a function", `external_id = "$${upper(instance.id)}"`, "1: Invalid text for an instance; Role \"app\" for the instance: Function calls not allowed"},
		{"no such fact", `session_name = "$${instance.idd}"`, "1: Invalid text for an instance; Role \"app\" for the instance: Unsupported attribute"},
		{"an object", `session_name = "$${instance.root_block_device}"`, `1: Invalid text for an instance`},
		{"does not fit", `session_name = "$${instance.launch_time}"`, `A session name has 2 to 64 letters, digits and characters of _+=,.@-.`},
		{"fits", `session_name = "$${instance.id}"`, ""},
	} {
		want := []string{tt.want}
		if tt.want == "" {
			want = nil
		}
		diags := sdktest.Start(t, New()).Configure("role \"app\" {\n" + arn + tt.argument + "\n}")
		if len(want) > 0 && strings.HasPrefix(want[0], "A session") {
			if len(diags) != 1 || !strings.Contains(diags[0].Detail, want[0]) {
				t.Errorf("%s: %v", tt.name, diags)
			}
			continue
		}
		sdktest.Expect(t, diags, want...)
	}
}
