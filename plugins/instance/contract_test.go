package instance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mockmd/mockmd/plugins/instance"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestOverTheContract(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, instance.New())
	if diff := cmp.Diff([]string{"dynamic/fws", "meta-data", "user-data"}, p.Describe().Mounts); diff != "" {
		t.Errorf("mounts (-want +got):\n%s", diff)
	}
	sdktest.Expect(t, p.Configure("", everything()))
	p.Run()
	direct, err := instance.New().Tree(t.Context(), everything())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(direct, p.Tree(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the tree changes on its way (-direct +received):\n%s", diff)
	}
}

// The same keys are there for each instance.
func TestManyInstances(t *testing.T) {
	t.Parallel()
	a, b := sdktest.Instance(), everything()
	a.Label, b.Label = "a", "b"
	p := sdktest.Start(t, instance.New())
	sdktest.Expect(t, p.Configure(allOptions(t), a, b))
	p.Run()
	for _, label := range []string{"a", "b"} {
		for _, path := range []string{"meta-data/instance-id", "meta-data/managed-ssh-keys/active-keys/ec2-user"} {
			if p.TreeOf(label)[path] == nil {
				t.Errorf("instance %q has no %s", label, path)
			}
		}
	}
	if p.TreeOf("a")["user-data"] != nil {
		t.Error("one instance has the user data of another")
	}
}
