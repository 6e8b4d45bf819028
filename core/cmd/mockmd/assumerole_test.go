package main

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestAssumeRoleInFull: what STS is asked is all that the configuration says,
// of a role behind two hops.
func TestAssumeRoleInFull(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	d := start(t, withRole(fmt.Sprintf(`
role "app" {
  arn                 = "arn:aws:iam::123456789012:role/app"
  session_name        = "$${instance.id}"
  duration            = "45m"
  external_id         = "ext-$${instance.id}"
  policy              = jsonencode({ Version = "2012-10-17", Statement = [] })
  policy_arns         = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]
  tags                = { instance = "$${instance.id}", team = "blue" }
  transitive_tag_keys = ["team"]
  hop {
    arn                 = "arn:aws:iam::111111111111:role/first"
    session_name        = "one"
    source_identity     = "alice"
    tags                = { origin = "laptop" }
    transitive_tag_keys = ["origin"]
  }
  hop {
    arn         = "arn:aws:iam::222222222222:role/second"
    external_id = "second"
    duration    = "15m"
  }
}
sts { endpoint = %q }
`, s.url)))
	d.bootstrap()
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	if arn, want := caller(t, d.served(), s.url), "arn:aws:sts::123456789012:assumed-role/app/i-0123456789abcdef0"; arn != want {
		t.Errorf("what is served belongs to %s, want %s", arn, want)
	}
	calls := granted(s.wait("three sessions", func(c []stssim.Call) bool { return len(granted(c)) >= 3 }))
	id := "i-0123456789abcdef0"
	want := []stssim.Call{
		{
			AccessKeyID: bootstrapKey, CallerARN: "arn:aws:iam::123456789012:user/bootstrap", RoleARN: "arn:aws:iam::111111111111:role/first",
			SessionName: "one", Duration: time.Hour, SourceIdentity: "alice", Tags: map[string]string{"origin": "laptop"}, TransitiveTagKeys: []string{"origin"},
		},
		{
			AccessKeyID: calls[0].IssuedKeyID, CallerARN: "arn:aws:sts::111111111111:assumed-role/first/one", RoleARN: "arn:aws:iam::222222222222:role/second",
			SessionName: "mockmd", Duration: 15 * time.Minute, ExternalID: "second",
		},
		{
			AccessKeyID: calls[1].IssuedKeyID, CallerARN: "arn:aws:sts::222222222222:assumed-role/second/mockmd", RoleARN: "arn:aws:iam::123456789012:role/app",
			SessionName: id, Duration: 45 * time.Minute, ExternalID: "ext-" + id, HasPolicy: true,
			PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"},
			Tags:       map[string]string{"instance": id, "team": "blue"}, TransitiveTagKeys: []string{"team"},
		},
	}
	for i, w := range want {
		if !alike(calls[i], w) {
			t.Errorf("call %d is\n%+v, want\n%+v", i+1, calls[i], w)
		}
	}
	told := d.tell().Roles[0]
	if told.Account != "123456789012" || told.SignedBy != calls[1].IssuedKeyID || told.SessionARN != "arn:aws:sts::123456789012:assumed-role/app/"+id {
		t.Errorf("/credentials tells %+v", told)
	}
}

// alike compares what the client has chosen.
func alike(c, w stssim.Call) bool {
	return c.AccessKeyID == w.AccessKeyID && c.CallerARN == w.CallerARN && c.RoleARN == w.RoleARN && c.SessionName == w.SessionName &&
		c.Duration == w.Duration && c.ExternalID == w.ExternalID && c.SourceIdentity == w.SourceIdentity && c.HasPolicy == w.HasPolicy &&
		slices.Equal(c.PolicyARNs, w.PolicyARNs) && maps.Equal(c.Tags, w.Tags) && slices.Equal(c.TransitiveTagKeys, w.TransitiveTagKeys)
}
