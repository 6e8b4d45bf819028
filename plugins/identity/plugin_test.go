package identity_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/plugins/identity"
	"github.com/mockmd/mockmd/sdk"
)

const path = "dynamic/instance-identity/document"

// plain has the values of the capture that the layout is known from.
func plain() sdk.Instance {
	return sdk.Instance{
		AccountID: "123456789012", Architecture: "x86_64", AvailabilityZone: "ap-northeast-2a",
		AMI: "ami-0abcdef1234567890", ID: "i-0123456789abcdef0", InstanceType: "t2.micro",
		LaunchTime: time.Date(2022, time.March, 27, 2, 35, 30, 0, time.UTC),
		PrivateIP:  "10.222.0.95", Region: "ap-northeast-2",
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		golden string
		change func(*sdk.Instance)
	}{
		"plain":             {"plain", func(*sdk.Instance) {}},
		"empty code list":   {"plain", func(in *sdk.Instance) { in.ProductCodes = []string{} }},
		"facts not in it":   {"plain", func(in *sdk.Instance) { in.PublicIP, in.Tags = "52.1.2.3", map[string]string{"a": "b"} }},
		"time of elsewhere": {"plain", func(in *sdk.Instance) { in.LaunchTime = in.LaunchTime.In(time.FixedZone("", 9*60*60)) }},
		"everything": {"everything", func(in *sdk.Instance) {
			in.ProductCodes = []string{"3iplms73etrdhxdepv72l6ywj", "4a\"b"}
			in.KernelID, in.RamdiskID = "aki-880531cd", "ari-a51cf9cc"
		}},
		"no private address": {"ipv6-only", func(in *sdk.Instance) { in.PrivateIP = "" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := plain()
			c.change(&in)
			got := serve(t, &in).Body
			want, err := os.ReadFile(filepath.Join("testdata", c.golden+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if !json.Valid(got) {
				t.Errorf("%s: not JSON: %s", name, got)
			}
		})
	}
}

// What follows the last brace is outside the signed bytes.
func TestDocumentEndsInItsBrace(t *testing.T) {
	t.Parallel()
	in := plain()
	body := string(serve(t, &in).Body)
	if got := body[len(body)-3:]; got != "\"\n}" {
		t.Errorf("the document ends in %q", got)
	}
}

func TestDocumentIsPlainText(t *testing.T) {
	t.Parallel()
	in := plain()
	leaf := serve(t, &in)
	if leaf.ContentType != "" || leaf.Since != "2009-04-04" || !leaf.LastModified.IsZero() {
		t.Errorf("content type %q, since %q, last modified %v; want the default, 2009-04-04, the launch time",
			leaf.ContentType, leaf.Since, leaf.LastModified)
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	m, ok := identity.New().(sdk.Mounter)
	if !ok {
		t.Fatal("the plugin has no mounts of its own")
	}
	if diff := cmp.Diff([]string{"dynamic/instance-identity"}, m.Mounts()); diff != "" {
		t.Errorf("mounts (-want +got):\n%s", diff)
	}
}

// serve returns the document's leaf: it is there at once, before any key is.
func serve(t *testing.T, in *sdk.Instance) sdk.Leaf {
	t.Helper()
	tree, err := identity.New().Tree(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	leaf, ok := tree[path].(sdk.Leaf)
	if !ok {
		t.Fatalf("%s is %T, want a leaf", path, tree[path])
	}
	return leaf
}
