package iam

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// golden compares with a file that is written by hand, byte for byte.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func testSession() *session {
	issued := time.Date(2024, 4, 13, 16, 59, 56, 0, time.UTC)
	return &session{
		keys: keys{
			accessKeyID: "ASIAIOSFODNN7EXAMPLE", secret: newSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
			token: newSecret("IQoJb3JpZ2luX2VjEXAMPLE/+=<&>"),
		},
		issued: issued, expires: issued.Add(time.Hour),
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	app := granted("app", "arn:aws:iam::123456789012:role/app")
	s := testSession()
	served := func(f *failure) sdk.Leaf {
		st := &grantState{grant: app, session: s, failure: f}
		return view{grant: app, session: s, trouble: st.afterSession(), ends: s.expires}.document("")
	}
	ok := served(nil)
	golden(t, "success.json", ok.Body)
	golden(t, "expired.json", ok.Successor.Body)
	if !ok.NotAfter.Equal(s.expires) || !ok.LastModified.Equal(s.issued) || !ok.Successor.LastModified.Equal(s.expires) {
		t.Errorf("leaf = %+v", ok)
	}
	after := served(&failure{class: classHuman, code: "AccessDenied", reason: "AccessDenied: no"})
	golden(t, "denied.json", after.Successor.Body)

	in := sdktest.Instance()
	in.Partition, in.AccountID = "aws-cn", "111122223333"
	golden(t, "info.json", infoDocument(in, "app", s.issued).Body)
}

// The real document has 200 bytes for a profile whose ARN has 56 characters.
func TestInfoHasTheLengthOfTheRealOne(t *testing.T) {
	t.Parallel()
	in := sdktest.Instance()
	body := infoDocument(in, strings.Repeat("x", 56-len("arn:aws:iam::123456789012:instance-profile/")), time.Now()).Body
	if len(body) != len("{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2022-02-13T13:17:17Z\",\n  \"InstanceProfileArn\" : \"\",\n  \"InstanceProfileId\" : \"AIPAxxxxxxxxxxxxxxxxx\"\n}")+56 {
		t.Errorf("info has %d bytes:\n%s", len(body), body)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+"\n"+`role "db" { arn = "arn:aws:iam::123456789012:role/db" }`)
	g.grant("app").session = testSession()
	g.clock.jump(time.Until(testSession().issued))
	tree, err := g.p.Tree(t.Context(), g.in)
	if err != nil || len(tree) != 2 { // the real STS has no identity role without a block
		t.Fatalf("tree = %v, %v", tree, err)
	}
	for path, node := range tree {
		if since := node.(sdk.Leaf).Since; since != "2012-01-12" {
			t.Errorf("%s is there since %s", path, since)
		}
	}
	info, _ := tree["meta-data/iam/info"].(sdk.Leaf)
	document, _ := tree["meta-data/iam/security-credentials/app"].(sdk.Leaf)
	if !info.LastModified.Equal(document.LastModified) || !strings.Contains(string(info.Body), stamp(document.LastModified)) {
		t.Errorf("info and document disagree: %s\n%s", info.Body, document.Body)
	}
	if !g.p.ValidUntil().IsZero() {
		t.Error("valid though one role has no credentials")
	}
	later := testSession()
	later.expires = later.expires.Add(time.Minute)
	g.grant("db").session = later
	if until := g.p.ValidUntil(); !until.Equal(testSession().expires) {
		t.Errorf("valid until %s, want the earliest", until)
	}
	g.clock.jump(2 * time.Hour)
	if d := g.served(); d.Code != "Internal" || !g.p.ValidUntil().IsZero() {
		t.Errorf("after the expiry: %+v", d)
	}
}
