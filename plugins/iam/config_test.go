package iam

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestConfigDiagnostics(t *testing.T) {
	t.Parallel()
	const arn = `arn = "arn:aws:iam::123456789012:role/app"`
	for _, tt := range []struct {
		name, config string
		profile      string
		want         []string
	}{
		{"smallest", oneRole, "", nil},
		{"everything", `
role "app" {
  arn          = "arn:aws:iam::123456789012:role/team/x/app"
  session_name = "me@example.com"
  duration     = "45m"
  external_id  = "a:b/c"
}
sts {
  region   = "eu-central-1"
  endpoint = "https://sts.example.com/prefix"
}`, "app", nil},
		{"simulated", oneRole + `
sts {
  simulated      = true
  lifetime       = "2s"
  address        = "[::1]:0"
  auto_bootstrap = false
}`, "", nil},
		{"local endpoint", oneRole + "\nsts { endpoint = \"http://127.0.0.1:4566\" }", "", nil},
		{"no role", "", "", []string{`1: No role to assume; The iam plugin needs at least one role block, role "NAME" { arn = "arn:aws:iam::ACCOUNT:role/NAME" }, or an identity_role block.`}},
		{"no arn", `role "app" {}`, "", []string{"1: Missing required argument"}},
		{"unknown argument", "role \"app\" {\n" + arn + "\n  sesion_name = \"x\"\n}", "", []string{`3: Unsupported argument; An argument named "sesion_name" is not expected here. Did you mean "session_name"?`}},
		{"HCL's mistakes and the plugin's together", "role \"app\" {\n  arn      = []\n  duration = \"1m\"\n}\nrole \"web\" {\n  session_name = \"x\"\n}\nsts {\n  lifetime = \"1h\"\n  regoin   = \"x\"\n}", "", []string{
			"2: Unsuitable value type", "3: Invalid duration", "5: Missing required argument", "6: Invalid session name",
			"9: Not for the real STS", `10: Did you mean "region"?`,
		}},
		{"two of a name", oneRole + "\n" + oneRole, "", []string{`2: Duplicate role; The role "app" is defined at config.hcl:1,6-11 already.`}},
		{"all of a role", `role "a/b" {
  arn          = "arn:aws:iam::12:role/app"
  session_name = "x"
  duration     = "1h30"
  external_id  = "ä"
}`, "", []string{
			"1: Invalid role name; A role's name has 1 to 64 letters, digits and characters of _+=,.@-; it becomes a path under security-credentials.",
			"2: Invalid role ARN; The ARN of a role is arn:PARTITION:iam::ACCOUNT:role/NAME with an account of 12 digits, such as arn:aws:iam::123456789012:role/app.",
			"3: Invalid session name; A session name has 2 to 64 letters, digits and characters of _+=,.@-.",
			"4: Invalid duration; A duration is a number with a unit, such as 15m or 1h30m.",
			"5: Invalid external id; An external id has 2 to 1224 letters, digits and characters of _+=,.@:/-.",
		}},
		{"dots as name", `role ".." { ` + arn + ` }`, "", []string{"1: Invalid role name"}},
		{"a user's arn", `role "app" { arn = "arn:aws:iam::123456789012:user/app" }`, "", []string{"1: Invalid role ARN"}},
		{"short duration", "role \"app\" {\n" + arn + "\nduration = \"14m59s\"\n}", "", []string{"3: Invalid duration; STS grants 15m to 12h, in whole seconds; this is 14m59s."}},
		{"long duration", "role \"app\" {\n" + arn + "\nduration = \"13h\"\n}", "", []string{"3: Invalid duration; STS grants 15m to 12h, in whole seconds; this is 13h0m0s."}},
		{"split second", "role \"app\" {\n" + arn + "\nduration = \"15m0.5s\"\n}", "", []string{"3: Invalid duration"}},
		{"chained", "role \"app\" {\n" + arn + "\nduration = \"12h\"\n}", "", []string{"3: Only the first session is that long; Renewals are signed by the role's own session, which is role chaining: STS grants at most 1h then, and mockmd asks for no more."}},
		{"other account", `role "app" { arn = "arn:aws:iam::210987654321:role/app" }`, "", []string{"1: Role of another account; The role is of account 210987654321 and the instance of account 123456789012, so the credentials and the identity document tell different accounts."}},
		{"unknown profile", oneRole, "ap", []string{`1: Unknown instance profile; No role block of the iam plugin is called "ap"; did you mean "app"?`}},
		{"far profile", oneRole, "database", []string{`1: Unknown instance profile; No role block of the iam plugin is called "database"; there is "app".`}},
		{"not for the real sts", oneRole + `
sts {
  lifetime       = "1h"
  address        = "127.0.0.1:0"
  auto_bootstrap = true
}`, "", []string{
			"3: Not for the real STS; The argument lifetime is for the simulated STS only. Remove it, or set simulated = true.",
			"4: Not for the real STS; The argument address is for the simulated STS only. Remove it, or set simulated = true.",
			"5: Not for the real STS; The argument auto_bootstrap is for the simulated STS only. Remove it, or set simulated = true.",
		}},
		{"wrong in the simulated sts", oneRole + `
sts {
  simulated = true
  endpoint  = "https://sts.example.com"
  lifetime  = "1s"
  address   = "0.0.0.0:80"
  region    = "eu central"
}`, "", []string{
			"4: Endpoint of a simulated STS; The simulated STS has an endpoint of its own. Remove endpoint, or simulated = true.",
			"5: Invalid lifetime; The simulated STS grants 2s to 12h; this is 1s.",
			`6: Invalid address; The address "0.0.0.0:80" of the simulated STS is not a loopback address: whoever reaches it can take credentials; use 127.0.0.1 or [::1].`,
			"7: Invalid region; A region is such as eu-central-1.",
		}},
		{"lifetime", oneRole + "\nsts {\n  simulated = true\n  lifetime = \"short\"\n}", "", []string{"4: Invalid lifetime; A lifetime is a number with a unit, such as 90s or 1h."}},
		{"endpoint", oneRole + "\nsts { endpoint = \"sts.example.com\" }", "", []string{"2: Invalid endpoint; An endpoint is a URL such as https://sts.eu-central-1.amazonaws.com, without user, query and fragment."}},
		{"endpoint with a user", oneRole + "\nsts { endpoint = \"https://a:b@sts.example.com\" }", "", []string{"2: Invalid endpoint"}},
		{"endpoint without TLS", oneRole + "\nsts { endpoint = \"http://sts.example.com\" }", "", []string{"2: Endpoint without TLS; The answers of STS carry secrets: plain http is for loopback addresses only. Use https."}},
		{"identity role alone", identityOnly, "", nil},
		{"identity role alone, and a profile", identityOnly, "app", []string{`1: Unknown instance profile; No role block of the iam plugin is called "app"; there is no role block at all.`}},
		{"no arn of the identity role", "identity_role {}", "", []string{"1: Missing required argument"}},
		{"two identity roles", identityOnly + "\n" + identityOnly, "", []string{"2: Duplicate identity_role block"}},
		{"all of an identity role", `identity_role {
  arn          = "arn:aws:iam::123456789012:role/aws:ec2-instance"
  session_name = "x"
  duration     = "1m"
  external_id  = "ä"
}`, "", []string{
			"2: Invalid role ARN; The ARN of a role is arn:PARTITION:iam::ACCOUNT:role/NAME with an account of 12 digits, such as arn:aws:iam::123456789012:role/app.",
			"3: Invalid session name", "4: Invalid duration; STS grants 15m to 12h, in whole seconds; this is 1m0s.", "5: Invalid external id",
		}},
		{"identity role of another account", `identity_role { arn = "arn:aws:iam::210987654321:role/id" }`, "", []string{"1: Role of another account; The role is of account 210987654321 and the instance of account 123456789012, so the credentials and the identity document tell different accounts."}},
		{"roles of another partition", `
role "app" { arn = "arn:aws-cn:iam::123456789012:role/app" }
identity_role { arn = "arn:aws-cn:iam::123456789012:role/id" }`, "", []string{
			"2: Role of another partition; The role is of partition aws-cn and the instance of partition aws, so the STS of the instance's region does not know the role.",
			"3: Role of another partition",
		}},
		{"tasks", oneRole + `
ecs "0" {
  task "0123456789abcdef0123456789abcdef-TaskApplication" { role = "app" }
  task "0123456789abcdef0123456789abcdef-TaskExecution" { role = "app" }
}
ecs "12" {
  task "a-b" { role = "app" }
}`, "", nil},
		{"mistakes in tasks", oneRole + `
ecs "one" {
  task "a-b" { role = "ap" }
  task "a-b" { role = "app" }
}
ecs "2" {
  task "nohyphen" { role = "database" }
  task "../x-y" { role = "app" }
  task "c-d" {}
}
ecs "2" {}
ecs "01" {}`, "", []string{
			`2: Invalid number of an ecs block; The label of an ecs block is a number such as "1"; it becomes the N of meta-data/iam-ecs-N.`,
			`3: Unknown role; No role block of the iam plugin is called "ap"; did you mean "app"?`,
			`4: Duplicate task; The task "a-b" is defined at config.hcl:3,8-13 already.`,
			`7: Invalid task name; The name of a task's credentials is TASKID-ROLETYPE, such as "0123456789abcdef0123456789abcdef-TaskApplication": letters, digits and hyphens, at most 128.`,
			`7: Unknown role; No role block of the iam plugin is called "database"; there is "app".`,
			"8: Invalid task name", "9: Missing required argument",
			`11: Duplicate ecs block; ecs "2" is defined at config.hcl:6,5-8 already.`,
			"12: Invalid number of an ecs block",
			`12: No task; An ecs block needs at least one task block: task "TASKID-ROLETYPE" { role = "NAME" }.`,
		}},
		{"task without a role block", identityOnly + "\necs \"1\" {\n  task \"a-b\" { role = \"app\" }\n}", "", []string{`3: Unknown role; No role block of the iam plugin is called "app"; there is no role block at all.`}},
		{"task of another account", oneRole + `
role "db" { arn = "arn:aws:iam::210987654321:role/db" }
ecs "1" {
  task "a-b" { role = "db" }
}`, "app", []string{"4: Role of another account; The role is of account 210987654321 and the instance of account 123456789012"}},
		{"two sts blocks", oneRole + "\nsts {}\nsts {}", "", []string{"3: Duplicate sts block"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := sdktest.Instance()
			in.IAMInstanceProfile = tt.profile
			sdktest.Expect(t, sdktest.Start(t, New()).Configure(tt.config, in), tt.want...)
		})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	in := sdktest.Instance()
	in.Region, in.AccountID, in.Partition = "cn-north-1", "111122223333", "aws-cn"
	other := sdktest.Instance()
	other.Label, other.Region = "b", "us-west-2"
	g := &rig{t: t, in: in, log: &logBuffer{}}
	c := g.config(`role "app" { arn = "arn:aws-cn:iam::111122223333:role/app" }` + "\nsts { simulated = true }")
	c.Instances = []*sdk.Instance{other, in}
	p := newPlugin(steadyClock(), func() float64 { return 0 })
	if err := p.Configure(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := stsSettings{
		region: "cn-north-1", simulated: true, address: "127.0.0.1:0", autoBootstrap: true, accountID: "111122223333", partition: "aws-cn",
	}
	if diff := cmp.Diff(want, p.settings.sts, cmp.AllowUnexported(stsSettings{})); diff != "" {
		t.Errorf("sts (-want +got):\n%s", diff)
	}
	if q := requestOf(t, p.settings.roles[0], in); q.sessionName != "mockmd" || q.duration != time.Hour || q.externalID != "" {
		t.Errorf("role = %+v", q)
	}
}

func TestWhichRole(t *testing.T) {
	t.Parallel()
	one := &settings{roles: []*role{{name: "app"}}}
	two := &settings{roles: []*role{{name: "app"}, {name: "db"}}}
	for _, tt := range []struct {
		name           string
		s              *settings
		label, profile string
		want, err      string
	}{
		{"only role", one, "", "", "app", ""},
		{"labelled instance", one, "web", "", "", ""},
		{"labelled instance with profile", one, "web", "app", "app", ""},
		{"two roles", two, "", "", "", ""},
		{"named", two, "", "db", "db", ""},
		{"unknown", two, "web", "dbx", "", `instance "web" has the instance profile "dbx", and no role of the iam plugin is called that; did you mean "db"?`},
	} {
		r, ok, err := tt.s.roleOf(&sdk.Instance{Label: tt.label, IAMInstanceProfile: tt.profile})
		if ok != (tt.want != "") || ok && r.name != tt.want || (err != nil) != (tt.err != "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s: %v, %t, %v", tt.name, r, ok, err)
		}
	}
	g := newRig(t, oneRole)
	g.in.IAMInstanceProfile, g.in.Label = "", "web"
	if tree, err := g.p.Tree(t.Context(), g.in); err != nil || len(tree) != 0 {
		t.Errorf("an instance without a role has %v, %v", tree, err)
	}
	g.in.IAMInstanceProfile = "gone"
	if _, err := g.p.Tree(t.Context(), g.in); err == nil || !strings.Contains(err.Error(), `has the instance profile "gone"`) {
		t.Errorf("tree of an unknown profile: %v", err)
	}
}

func TestConfigurePointsIntoTheBlock(t *testing.T) {
	t.Parallel()
	g := &rig{t: t, in: sdktest.Instance(), log: &logBuffer{}}
	err := newPlugin(steadyClock(), nil).Configure(t.Context(), g.config("role \"app\" {\n  arn = \"nonsense\"\n}"))
	diags, ok := errors.AsType[hcl.Diagnostics](err)
	if !ok || len(diags) != 1 || diags[0].Subject.String() != "config.hcl:2,9-19" {
		t.Errorf("diagnostics = %v", err)
	}
}

// requestOf is how a role is assumed for an instance.
func requestOf(t *testing.T, r *role, in *sdk.Instance) assumeRequest {
	t.Helper()
	g, err := r.grant(in)
	if err != nil {
		t.Fatal(err)
	}
	return g.last()
}
