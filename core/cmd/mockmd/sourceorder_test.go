package main

import (
	"path/filepath"
	"testing"
	"time"
)

// TestSourceOrder: the chain is preferred and has nothing yet, so the bootstrap
// set serves; once the chain has something it is used again.
func TestSourceOrder(t *testing.T) {
	t.Parallel()
	s := newSTS(t, 8*time.Second)
	s.server.AddKey(chainKey, chainSecret, "", "chain")
	home := t.TempDir()
	file := filepath.Join(home, ".aws", "credentials")
	good := "[default]\naws_access_key_id = " + chainKey + "\naws_secret_access_key = " + chainSecret + "\n"
	writeFile(t, file, good)
	d := start(t, chained(s.url, "default_chain {}\nbootstrap {}"), "HOME="+home, "AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE=")
	d.bootstrap()
	d.works(s, "good", success)
	d.waitTold("the chain", func(r toldRole) bool { return r.Source == "default_chain" && r.SignedBy == chainKey })
	r := d.readGood(1, nil)
	writeFile(t, file, "[other]\n")
	s.signedBy(bootstrapKey)
	told := d.waitTold("the bootstrap set", func(r toldRole) bool { return r.Source == "bootstrap" })
	if told.State != "valid" || told.Error.Class != "needs a human" {
		t.Errorf("/credentials tells %+v, want the source passed over as well", told)
	}
	for _, src := range d.tell().Sources {
		if want := map[string]string{"default_chain": "failing", "bootstrap": "ready"}[src.Name]; src.State != want {
			t.Errorf("source %s is %s, want %s", src.Name, src.State, want)
		}
	}
	writeFile(t, file, good)
	d.waitTold("the chain again", func(r toldRole) bool { return r.Source == "default_chain" && r.Error.Class == "" })
	d.works(s, "good", success)
	t.Logf("%d reads, all of them good", r.stop())
}

// TestSourcesOfRoles: two roles, each with a source of its own, out of the
// order of the blocks.
func TestSourcesOfRoles(t *testing.T) {
	t.Parallel()
	s := newSTS(t, time.Hour)
	s.server.AddKey(chainKey, chainSecret, "", "chain")
	d := start(t, withRole(`
role "app" {
  arn     = "arn:aws:iam::123456789012:role/app"
  sources = ["laptop"]
}
role "other" {
  arn = "arn:aws:iam::123456789012:role/other"
}
sources = ["bootstrap"]
bootstrap {}
default_chain { name = "laptop" }
sts { endpoint = "`+s.url+`" }
`), "AWS_ACCESS_KEY_ID="+chainKey, "AWS_SECRET_ACCESS_KEY="+chainSecret)
	d.works(s, "good", success)
	d.bootstrap()
	s.signedBy(bootstrapKey)
	for _, c := range granted(s.soFar()) {
		want := map[string]string{"arn:aws:iam::123456789012:role/app": chainKey, "arn:aws:iam::123456789012:role/other": bootstrapKey}[c.RoleARN]
		if c.AccessKeyID != want {
			t.Errorf("%s is signed for by %s, want %s", c.RoleARN, c.AccessKeyID, want)
		}
	}
}
