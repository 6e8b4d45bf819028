package config_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

// chooseSource has every way in which a client gets an instance.
const chooseSource = `
metadata { allowed_clients = ["10.0.0.0/8", "fd00::/8"] }
instance { region = "eu-central-1" }
instance "net" { match = ["10.0.0.0/8", "fd00::/8"] }
instance "inner" {
  match  = ["10.1.0.0/16", "10.2.0.9"]
  region = instance.region
}
instance "host" {
  for_each = cidrhosts("10.3.0.0/24")
  match    = [each.key]
  tags     = { Name = "host-${replace(each.key, ".", "-")}" }
}
instance "of" {
  for_each = { for a in cidrhosts("fd00::/120") : a => { name = "of-${a}" } }
  match    = ["${each.key}"]
  tags     = { Name = each.value.name }
}
instance "map" {
  for_each = { "a b" = ["10.4.0.0/24", "10.4.2.0/24"], "$${c}" = ["::ffff:10.4.1.0/120"] }
  match    = each.value
  tags     = { Name = each.key }
}
plugin "identity" {}
`

func TestChoose(t *testing.T) {
	t.Parallel()
	f, printed := load(t, folder(t), chooseSource)
	if printed != "" {
		t.Fatal(printed)
	}
	for client, want := range map[string]string{
		"127.0.0.1":        "",
		"192.0.2.1":        "",
		"::1":              "",
		"10.9.9.9":         "net",
		"::ffff:10.9.9.9":  "net",
		"fd00:1::1":        "net",
		"fd00:1::1%eth0":   "net",
		"10.1.2.3":         "inner",
		"10.2.0.9":         "inner",
		"10.2.0.8":         "net",
		"10.3.0.7":         `host["10.3.0.7"]`,
		"10.3.1.7":         "net",
		"fd00::7":          `of["fd00::7"]`,
		"10.4.0.1":         `map["a b"]`,
		"10.4.2.255":       `map["a b"]`,
		"10.4.1.1":         `map["$${c}"]`,
		"::ffff:10.3.0.7":  `host["10.3.0.7"]`,
		"fd00::7%eth0":     `of["fd00::7"]`,
		"fd00::ff":         `of["fd00::ff"]`,
		"fd00::100":        "net",
		"169.254.169.254":  "",
		"255.255.255.255":  "",
		"10.255.255.255":   "net",
		"fe80::1%eth0":     "",
		"2001:db8::1":      "",
		"::ffff:127.0.0.1": "",
	} {
		ref, ok := f.Instances.Choose(netip.MustParseAddr(client))
		if !ok || ref.Label != want {
			t.Errorf("%s: %s (%v), want %s", client, ref.Label, ok, want)
		}
		found, ok := f.Instances.Find(ref.Label)
		if !ok || found != ref {
			t.Errorf("%s is not found by its label: %+v", ref.Label, found)
		}
	}
	for _, label := range []string{"absent", `net["a"]`, "host", `host["10.4.0.0"]`, `host["10.3.0.07"]`, "host[0]", `map["a"]`, `map["a b"].c`, "a b", `map["${c}"]`} {
		if ref, ok := f.Instances.Find(label); ok {
			t.Errorf("%s is found: %+v", label, ref)
		}
	}
	if got, want := f.Instances.Size(), 3+256+256+2; got != want {
		t.Errorf("%d instances, want %d", got, want)
	}
	if got := fmt.Sprint(labels(f.Instances.Sample(100))); got != `[ net inner host["10.3.0.0"] of["fd00::"] map["$${c}"]]` {
		t.Errorf("sample is %s", got)
	}
	if got := f.Instances.Sample(2); len(got) != 2 {
		t.Errorf("a sample of two: %v", got)
	}
}

func labels(refs []config.Ref) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, ref.Label)
	}
	return out
}

// TestBuild: each instance is its own, and the same in each run.
func TestBuild(t *testing.T) {
	t.Parallel()
	f, _ := load(t, folder(t), chooseSource)
	again, _ := load(t, folder(t), chooseSource)
	seen := map[string]string{}
	for label, name := range map[string]string{
		"": "", "net": "", "inner": "", `host["10.3.0.7"]`: "host-10-3-0-7", `host["10.3.0.8"]`: "host-10-3-0-8",
		`of["fd00::7"]`: "of-fd00::7", `map["a b"]`: "a b", `map["$${c}"]`: "${c}",
	} {
		ref, ok := f.Instances.Find(label)
		if !ok {
			t.Fatalf("no instance %s", label)
		}
		in, diags := f.Instances.Build(ref)
		if diags.HasErrors() || in.Facts.Label != label || in.Facts.Tags["Name"] != name {
			t.Errorf("%s is %q, %q: %v", label, in.Facts.Label, in.Facts.Tags["Name"], diags)
		}
		if in.Facts.AccountID != f.Instance.Facts.AccountID {
			t.Errorf("%s is in another account", label)
		}
		for _, id := range []string{in.Facts.ID, in.Facts.NetworkInterfaces[0].ID, in.Facts.NetworkInterfaces[0].MACAddress, in.Facts.ReservationID, in.Facts.VPCID} {
			if other, taken := seen[id]; taken {
				t.Errorf("%s and %s share %s", label, other, id)
			}
			seen[id] = label
		}
		ref, _ = again.Instances.Find(label)
		if other, _ := again.Instances.Build(ref); other.Facts.ID != in.Facts.ID {
			t.Errorf("%s is %s, and %s when loaded again", label, in.Facts.ID, other.Facts.ID)
		}
	}
	in, _ := f.Instances.Find("inner")
	if inner, _ := f.Instances.Build(in); inner.Facts.Region != "eu-central-1" {
		t.Errorf("instance.region in another instance: %s", inner.Facts.Region)
	}
}

// TestOnlyLabelled: then who matches nothing has no instance.
func TestOnlyLabelled(t *testing.T) {
	t.Parallel()
	f, printed := load(t, folder(t), `
metadata {
  address  = "127.0.0.1:1338"
  instance = "web"
}
instance "web" { match = ["127.0.0.0/16"] }
plugin "identity" {}
`)
	if printed != "" {
		t.Fatal(printed)
	}
	if _, ok := f.Instances.Choose(netip.MustParseAddr("127.1.0.1")); ok || f.Instance != nil {
		t.Error("a client that nobody matches has an instance")
	}
	if _, ok := f.Instances.Find(""); ok {
		t.Error("there is an unlabelled instance")
	}
	if f.Metadata.Instance == nil || f.Metadata.Instance.Label != "web" {
		t.Errorf("the listener's instance is %+v", f.Metadata.Instance)
	}
}

// TestMistakesOfElements: as many elements are checked as the options say, and
// what is the same in several is told once.
func TestMistakesOfElements(t *testing.T) {
	t.Parallel()
	const source = `
instance "web" {
  for_each = cidrhosts("127.0.0.0/28")
  match    = [each.key]
  id       = split(".", each.key)[3] == "15" ? "i-wrong" : null
  ami      = parseint(split(".", each.key)[3], 10) < 8 ? null : each.key
}
plugin "identity" {}
`
	dir := folder(t)
	for each, want := range map[int][]string{
		1:  nil,
		8:  nil,
		9:  {`"127.0.0.8" is no such id`, `That is so for instance web["127.0.0.8"].`, "1 error, 0 warnings"},
		16: {`That is so for instance web["127.0.0.15"].`, `web["127.0.0.8"] and 7 more.`, "2 errors, 0 warnings"},
		99: {"2 errors, 0 warnings"},
	} {
		_, printed := loadAs(t, dir, source, config.Options{Builtins: builtins, CheckEach: each})
		for _, text := range want {
			if !strings.Contains(printed, text) {
				t.Errorf("%d checked: %q is not in:\n%s", each, text, printed)
			}
		}
		if len(want) == 0 && printed != "" {
			t.Errorf("%d checked:\n%s", each, printed)
		}
	}
}
