package iam

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

const (
	identityOnly = `identity_role { arn = "arn:aws:iam::123456789012:role/id" }`
	oneTask      = "\necs \"1\" {\n  task \"0f-TaskApplication\" { role = \"app\" }\n}"
	simulatedSTS = "\nsts { simulated = true }"
)

func TestMounts(t *testing.T) {
	t.Parallel()
	const (
		iam      = "meta-data/iam"
		identity = "meta-data/identity-credentials"
		ecs      = "meta-data/iam-ecs-1"
	)
	infos := func(mounts ...string) []string {
		var out []string
		for _, m := range mounts {
			if m == identity {
				m += "/ec2"
			}
			out = append(out, m+"/info")
		}
		return out
	}
	for _, tt := range []struct {
		name, config string
		named        []string // by the plugin's block
		own          []string
		infos        []string
		roles        int // that are assumed
	}{
		{"role", oneRole, nil, []string{iam}, infos(iam), 1},
		{"role and identity", oneRole + "\n" + identityOnly, nil, []string{iam, identity}, infos(iam, identity), 2},
		{"identity alone", identityOnly, nil, []string{identity}, infos(identity), 1},
		{"everything", oneRole + "\n" + identityOnly + oneTask, nil, []string{iam, identity, ecs}, infos(ecs, iam, identity), 2},
		{"simulated", oneRole + simulatedSTS, nil, []string{iam, identity}, infos(iam, identity), 2},
		{"named, only iam", oneRole + simulatedSTS, []string{iam}, []string{iam}, infos(iam), 1},
		{"named, without iam", oneRole + oneTask, []string{ecs}, []string{ecs}, infos(ecs), 1},
		{"named, all above", oneRole + oneTask + simulatedSTS, []string{"meta-data"}, []string{"meta-data"}, infos(ecs, iam, identity), 2},
		{"named, one leaf", oneRole + simulatedSTS, []string{"meta-data/identity-credentials/ec2/info"}, []string{"meta-data/identity-credentials/ec2/info"}, infos(identity), 2},
		{"named, none of it", oneRole + simulatedSTS, []string{"meta-data/iam/infos"}, []string{"meta-data/iam/infos"}, nil, 1},
	} {
		inner := newPlugin(steadyClock(), func() float64 { return 0 })
		p := sdktest.Start(t, inner)
		p.Mount = tt.named
		sdktest.Expect(t, p.Configure(tt.config))
		if diff := cmp.Diff(tt.own, p.Mounts()); diff != "" {
			t.Errorf("%s: mounts (-want +got):\n%s", tt.name, diff)
		}
		p.Run()
		got := slices.Sorted(maps.Keys(p.Tree()))
		got = slices.DeleteFunc(got, func(path string) bool { return path[len(path)-len("/info"):] != "/info" })
		if diff := cmp.Diff(tt.infos, got); diff != "" {
			t.Errorf("%s: served (-want +got):\n%s", tt.name, diff)
		}
		if n := len(inner.settings.all()); n != tt.roles {
			t.Errorf("%s: %d roles are assumed, want %d", tt.name, n, tt.roles)
		}
	}
}

func TestBlocksOutsideOfTheMounts(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, New())
	p.Mount = []string{"meta-data/iam", "meta-data/x"}
	sdktest.Expect(t, p.Configure(oneRole+"\n"+identityOnly+oneTask),
		`2: Identity role is not mounted; The plugin has the mount meta-data/iam, meta-data/x only. Add "meta-data/identity-credentials" to it, or remove identity_role.`,
		`3: Task credentials are not mounted; The plugin has the mount meta-data/iam, meta-data/x only. Add "meta-data/iam-ecs-1" to it, or remove the block.`)
}

// An instance without a profile has identity credentials all the same, and no
// other instance than the unlabelled one has those of the tasks.
func TestEachInstanceHasItsOwn(t *testing.T) {
	t.Parallel()
	g := &rig{t: t, in: sdktest.Instance(), log: &logBuffer{}}
	c := g.config(oneRole + oneTask + simulatedSTS)
	other := sdktest.Instance()
	other.Label, other.ID, other.AccountID, other.Partition = "web", "i-22222222222222222", "210987654321", "aws-cn"
	c.Instances = append(c.Instances, other)
	p := newPlugin(steadyClock(), func() float64 { return 0 })
	if err := p.Configure(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	tree, err := p.Tree(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"meta-data/identity-credentials/ec2/info", "meta-data/identity-credentials/ec2/security-credentials/ec2-instance"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(tree))); diff != "" {
		t.Errorf("tree of the labelled instance (-want +got):\n%s", diff)
	}
	got := []assumeRequest{requestOf(t, p.settings.identity, g.in), requestOf(t, p.settings.identity, other)}
	requests := []assumeRequest{
		{roleARN: "arn:aws:iam::123456789012:role/aws:ec2-instance", sessionName: "i-0123456789abcdef0", duration: defaultDuration},
		{roleARN: "arn:aws-cn:iam::210987654321:role/aws:ec2-instance", sessionName: "i-22222222222222222", duration: defaultDuration},
	}
	if diff := cmp.Diff(requests, got, cmp.AllowUnexported(assumeRequest{}, secret{})); diff != "" {
		t.Errorf("identity roles (-want +got):\n%s", diff)
	}
}
