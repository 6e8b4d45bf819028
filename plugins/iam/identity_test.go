package iam

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const identityPath = "meta-data/identity-credentials/ec2/security-credentials/ec2-instance"

func TestIdentityDocuments(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+"\n"+identityOnly)
	g.clock.jump(time.Until(testSession().issued))
	g.grant(identityName).session = testSession()
	info, _ := g.leaf("meta-data/identity-credentials/ec2/info")
	document, _ := g.leaf(identityPath)
	golden(t, "identity-info.json", info.Body)
	golden(t, "success.json", document.Body)
	golden(t, "identity-info-expired.json", info.Successor.Body)
	golden(t, "identity-expired.json", document.Successor.Body)
	if info.Since != "2018-05-23" || document.Since != "2018-05-23" {
		t.Errorf("since %s and %s", info.Since, document.Since)
	}
	if !info.NotAfter.Equal(document.NotAfter) || !info.LastModified.Equal(document.LastModified) ||
		!info.Successor.LastModified.Equal(document.Successor.LastModified) || info.NotAfter.IsZero() {
		t.Errorf("info and document change at different times: %+v\n%+v", info, document)
	}
}

func TestIdentitySettings(t *testing.T) {
	t.Parallel()
	g := newRig(t, identityOnly)
	if r := requestOf(t, g.p.settings.identity, g.in); r.sessionName != g.in.ID || r.roleARN != "arn:aws:iam::123456789012:role/id" || r.duration != time.Hour {
		t.Errorf("defaults: %+v", r)
	}
	if got := g.p.Summary(); got != "identity role of account 123456789012 from AWS STS in us-east-1" {
		t.Errorf("summary = %s", got)
	}
	g = newRig(t, oneRole+`
		identity_role {
			arn          = "arn:aws:iam::123456789012:role/path/id"
			session_name = "me"
			duration     = "20m"
			external_id  = "ext"
		}`)
	if r := requestOf(t, g.p.settings.identity, g.in); r.sessionName != "me" || r.externalID != "ext" || r.duration != 20*time.Minute {
		t.Errorf("given: %+v", r)
	}
	if got := g.p.Summary(); got != "role app of account 123456789012, identity role of account 123456789012 from AWS STS in us-east-1" {
		t.Errorf("summary = %s", got)
	}
}

// The identity role has the life of the others, and counts for the status.
func TestIdentityLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, oneRole+"\n"+identityOnly).fake()
		g.run()
		synctest.Wait()
		leaf, _ := g.leaf(identityPath)
		if d := g.decode(leaf); d.Code != "Internal" || !strings.Contains(d.Message, "no credentials for the role aws:ec2-instance yet: POST") {
			t.Errorf("unbootstrapped: %+v", d)
		}
		g.post(goodBody)
		synctest.Wait()
		first, _ := g.leaf(identityPath)
		d := g.decode(first)
		if own := g.served(); d.Code != "Success" || own.Code != "Success" || own.AccessKeyId == d.AccessKeyId {
			t.Errorf("bootstrapped: %+v and %+v", d, own)
		}
		for _, c := range g.sts.seen() {
			if want := map[string]string{"arn:aws:iam::123456789012:role/app": "mockmd", "arn:aws:iam::123456789012:role/id": g.in.ID}[c.role]; c.session != want {
				t.Errorf("%s is assumed as %s, want %s", c.role, c.session, want)
			}
		}
		time.Sleep(45 * time.Minute)
		synctest.Wait()
		second, _ := g.leaf(identityPath)
		if d2 := g.decode(second); d2.Code != "Success" || d2.AccessKeyId == d.AccessKeyId {
			t.Errorf("not renewed: %+v", d2)
		}
		g.sts.set(func(context.Context, keys) error { return apiError("AccessDenied") })
		time.Sleep(time.Hour)
		synctest.Wait()
		leaf, _ = g.leaf(identityPath)
		if d := g.decode(leaf); d.Code != "AssumeRoleUnauthorizedAccess" || !strings.HasPrefix(d.Message, "EC2 cannot assume the role aws:ec2-instance.  Please see") {
			t.Errorf("denied: %+v", d)
		}
		info, _ := g.leaf("meta-data/identity-credentials/ec2/info")
		if !info.LastModified.Equal(leaf.LastModified) || info.Successor != nil {
			t.Errorf("info %+v, document %+v", info, leaf)
		}
		if _, degraded := g.host.last(); !strings.Contains(degraded, "role aws:ec2-instance: AssumeRole fails (needs a human): AccessDenied: message of AccessDenied; the trust policy of arn:aws:iam::123456789012:role/id must allow") {
			t.Errorf("degraded = %s", degraded)
		}
	})
}

func TestStatusCountsTheIdentityRole(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+"\n"+identityOnly)
	g.clock.jump(time.Until(testSession().issued))
	g.grant("app").session = testSession()
	if until := g.p.ValidUntil(); !until.IsZero() {
		t.Errorf("valid until %s without identity credentials", until)
	}
	early := testSession()
	early.expires = early.expires.Add(-time.Minute)
	g.grant(identityName).session = early
	if until := g.p.ValidUntil(); !until.Equal(early.expires) {
		t.Errorf("valid until %s, want the earliest %s", until, early.expires)
	}
}

// The simulated STS verifies what is signed with the identity credentials, and
// names the principal as EC2 does.
func TestIdentityOverHTTP(t *testing.T) {
	t.Parallel()
	const config = oneRole + "\nsts {\n  simulated = true\n  lifetime  = \"2s\"\n}"
	g := newRig(t, config)
	g.in.IAMInstanceProfile = "" // and so it has the only role
	g.run()
	seen := map[string]bool{}
	look := func() (d served, ok bool) {
		leaf, _ := g.leaf(identityPath)
		d = g.decode(leaf)
		return d, success(d)
	}
	url := ""
	g.host.wait(t, "three identity sessions", func() bool {
		d, ok := look()
		if !ok || seen[d.AccessKeyId] {
			return false
		}
		seen[d.AccessKeyId] = true
		url = simulatedURL(t, g)
		arn, err := whoAmI(t, url, d)
		// On a busy machine two seconds may be over.
		if err == nil && arn != "arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/i-0123456789abcdef0" {
			t.Errorf("caller = %s", arn)
		}
		if err != nil && !strings.Contains(err.Error(), "ExpiredToken") {
			t.Errorf("caller: %v", err)
		}
		return len(seen) == 3
	})
	g.stop()
	for _, bad := range []string{`"SecretAccessKey"`, "IQoJb3JpZ2lu"} {
		if strings.Contains(g.log.String(), bad) {
			t.Errorf("the log shows a secret:\n%s", g.log.String())
		}
	}
}

func TestIdentityPrincipal(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole+simulatedSTS)
	g.run()
	var d served
	g.host.wait(t, "identity credentials", func() bool {
		leaf, _ := g.leaf(identityPath)
		d = g.decode(leaf)
		return success(d)
	})
	arn, err := whoAmI(t, simulatedURL(t, g), d)
	if err != nil || arn != "arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/i-0123456789abcdef0" {
		t.Errorf("caller = %s, %v", arn, err)
	}
	g.stop()
	for _, bad := range []string{d.SecretAccessKey, d.Token} {
		if strings.Contains(g.log.String(), bad) {
			t.Errorf("the log shows a secret:\n%s", g.log.String())
		}
	}
	_, degraded := g.host.last()
	if degraded != "" {
		t.Errorf("degraded: %s", degraded)
	}
}

// Without any role block there is the identity role alone, with the same
// failures and the same recovery.
func TestIdentityAlone(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 0)
	g := newRig(t, identityOnly+"\nsts { endpoint = \""+o.url+"\" }")
	g.p.random = func() float64 { return 0 }
	g.run()
	g.host.wait(t, "start", func() bool { return strings.Contains(g.log.String(), "waiting for bootstrap credentials") })
	o.set(&stssim.Fault{Kind: stssim.Denied})
	g.post(goodBody)
	g.host.wait(t, "failure document", func() bool {
		leaf, ok := g.leaf(identityPath)
		return ok && g.decode(leaf).Code == codeDenied
	})
	o.set(nil)
	g.post(strings.Replace(goodBody, "BOOTSTRAP", "NEW", 1))
	g.host.wait(t, "credentials", func() bool {
		leaf, ok := g.leaf(identityPath)
		return ok && success(g.decode(leaf))
	})
	if tree, err := g.p.Tree(t.Context(), g.in); err != nil || len(tree) != 2 {
		t.Errorf("tree = %v, %v", tree, err)
	}
}
