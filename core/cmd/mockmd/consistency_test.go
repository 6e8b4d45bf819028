package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/core/imds"
	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// TestConsistency serves thousands of random instances, and holds what one
// path says against what the others say.
func TestConsistency(t *testing.T) {
	t.Parallel()
	instances := 2000
	if raceDetector {
		instances = 300 // there is nothing to race in a loop that waits for each
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	plugins := factsPlugins(t)
	everywhere := map[string]bool{} // all paths that any of the instances has
	var views []*view
	accepted := 0
	for i := range instances {
		source := randomInstance(random)
		v, ok := newView(t, plugins, source, fmt.Sprint("seed ", i))
		if ok {
			accepted++
		}
		v.crawl("")
		v.check()
		maps.Copy(everywhere, v.found)
		if i%20 == 0 {
			views = append(views, v)
		}
		if t.Failed() {
			t.Fatalf("seed %d, instance %d:\n%s", seed, i, source)
		}
	}
	t.Logf("%d instances, %d of them without a mistake in the configuration, %d different paths", instances, accepted, len(everywhere))
	if accepted < instances/3 || len(everywhere) < 150 {
		t.Error("the random configurations do not reach far")
	}
	// What one instance does not list is not there for it, whoever else has it.
	for _, v := range views {
		for path := range everywhere {
			if kind := v.view.Lookup("/latest/" + path).Kind; (kind != router.NotFound) != v.found[path] {
				t.Errorf("%s: listed: %v, but %v\n%s", path, v.found[path], kind, v.source)
			}
		}
	}
}

// factsPlugins are the built-in plugins that serve nothing but facts.
func factsPlugins(t *testing.T) map[string]sdk.Plugin {
	t.Helper()
	plugins := map[string]sdk.Plugin{}
	for _, b := range builtins() {
		if b.name == "iam" || b.name == "static" {
			continue
		}
		p := b.new()
		if c, ok := p.(sdk.Configurer); ok {
			if err := c.Configure(t.Context(), &sdk.Config{Body: &hclsyntax.Body{}, Log: hclog.NewNullLogger(), Host: noHost{}}); err != nil {
				t.Fatal(err)
			}
		}
		plugins[b.name] = p
	}
	return plugins
}

type noHost struct{}

func (noHost) Changed(...string)       {}
func (noHost) Checkpoint([]byte) error { return nil }
func (noHost) Degraded(string)         {}

// view is what one instance is served.
type view struct {
	t      *testing.T
	source string
	view   *router.View
	found  map[string]bool // by path relative to the version root
}

// newView publishes the plugins' trees for an instance. It is false when the
// configuration has mistakes: the instance is complete even then.
func newView(t *testing.T, plugins map[string]sdk.Plugin, source, seed string) (*view, bool) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(source), "instance.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, source)
	}
	in, diags := instance.Decode(file.Body, nil, seed)
	message, err := in.Proto(1)
	if err != nil {
		t.Fatal(err)
	}
	facts := &sdk.Instance{} // as a plugin gets them
	if err := json.Unmarshal(message.GetFacts(), facts); err != nil {
		t.Fatal(err)
	}
	var mounts []router.Mount
	for name, p := range plugins {
		for _, m := range p.(sdk.Mounter).Mounts() {
			mounts = append(mounts, router.Mount{Path: m, Plugin: name})
		}
	}
	r, err := router.New(router.Options{
		Mounts: mounts, Instances: []router.Instance{{Launched: facts.LaunchTime}}, Render: imds.RenderHead, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range plugins {
		tree, err := p.Tree(t.Context(), facts)
		if err == nil {
			err = r.Publish(name, "", nodes(tree))
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, source)
		}
	}
	return &view{t: t, source: source, view: r.View(""), found: map[string]bool{}}, !diags.HasErrors()
}

// nodes writes a tree as it crosses to the core.
func nodes(t sdk.Tree) []*pluginv1.Node {
	var out []*pluginv1.Node
	for path, node := range t {
		n := &pluginv1.Node{Path: path}
		switch v := node.(type) {
		case sdk.Leaf:
			n.Since, n.Kind = v.Since, &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: v.Body, ContentType: v.ContentType, Label: v.Label}}
		case sdk.Dir:
			n.Since, n.Kind = v.Since, &pluginv1.Node_Dir{Dir: &pluginv1.Dir{Label: v.Label, Order: v.Order}}
		case sdk.Live:
			n.Since, n.Kind = v.Since, &pluginv1.Node_Live{Live: &pluginv1.Live{Subtree: v.Subtree}}
		}
		out = append(out, n)
	}
	return out
}

// crawl follows every name that is listed below a directory: it must resolve.
func (v *view) crawl(dir string) {
	v.t.Helper()
	r := v.view.Lookup("/latest/" + dir)
	if r.Kind != router.Content {
		v.t.Errorf("/latest/%s is listed and %v", dir, r.Kind)
		return
	}
	for name := range strings.SplitSeq(string(r.Body), "\n") {
		isDir := strings.HasSuffix(name, "/") || dir == "" && name != "user-data"
		if index, _, ok := strings.Cut(name, "="); ok && strings.HasSuffix(dir, "public-keys/") {
			name, isDir = index, true
		}
		path := dir + strings.TrimSuffix(name, "/")
		if name == "" || v.found[path] {
			v.t.Errorf("/latest/%s lists %q, which is empty or there twice", dir, name)
			continue
		}
		v.found[path] = true
		if isDir {
			v.crawl(path + "/")
		} else if k := v.view.Lookup("/latest/" + path).Kind; k != router.Content && k != router.Live {
			v.t.Errorf("/latest/%s is listed and %v", path, k)
		}
	}
}

// get reads a path; an absent one is "".
func (v *view) get(path string) string { return string(v.view.Lookup("/latest/" + path).Body) }

// check compares what different paths say.
func (v *view) check() {
	v.t.Helper()
	var doc struct {
		AccountID, Architecture, AvailabilityZone, ImageID, InstanceID, InstanceType, KernelID, PrivateIP, RamdiskID, Region string
	}
	if err := json.Unmarshal([]byte(v.get("dynamic/instance-identity/document")), &doc); err != nil {
		v.t.Error(err)
	}
	const md = "meta-data/"
	mac := v.get(md + "mac")
	nic := md + "network/interfaces/macs/" + mac + "/"
	same := func(what, a, b string) {
		v.t.Helper()
		if a != b {
			v.t.Errorf("%s: %q and %q", what, a, b)
		}
	}
	same("instance id", doc.InstanceID, v.get(md+"instance-id"))
	same("image", doc.ImageID, v.get(md+"ami-id"))
	same("type", doc.InstanceType, v.get(md+"instance-type"))
	same("kernel", doc.KernelID, v.get(md+"kernel-id"))
	same("RAM disk", doc.RamdiskID, v.get(md+"ramdisk-id"))
	same("zone", doc.AvailabilityZone, v.get(md+"placement/availability-zone"))
	same("region", doc.Region, v.get(md+"placement/region"))
	same("address of the document", doc.PrivateIP, v.get(md+"local-ipv4"))
	same("address of the first interface", first(v.get(nic+"local-ipv4s")), v.get(md+"local-ipv4"))
	same("IPv6 address of the first interface", first(v.get(nic+"ipv6s")), v.get(md+"ipv6"))
	same("public address", first(v.get(nic+"public-ipv4s")), v.get(md+"public-ipv4"))
	same("public name", v.get(nic+"public-hostname"), v.get(md+"public-hostname"))
	same("local name", v.get(nic+"local-hostname"), v.get(md+"local-hostname"))
	same("host name", v.get(md+"hostname"), v.get(md+"local-hostname"))
	same("security groups", v.get(nic+"security-groups"), v.get(md+"security-groups"))
	same("MAC address", v.get(nic+"mac"), mac)
	same("device number", v.get(nic+"device-number"), "0")
	if !strings.HasPrefix(doc.AvailabilityZone, doc.Region) {
		v.t.Errorf("zone %s of region %s", doc.AvailabilityZone, doc.Region)
	}
	if name := v.get(md + "public-hostname"); name != "" && !strings.HasSuffix(name, "."+v.get(md+"services/domain")) {
		v.t.Errorf("public name %s in the domain %s", name, v.get(md+"services/domain"))
	}
	if p := v.get(md + "services/partition"); strings.HasPrefix(doc.Region, "cn-") != (p == "aws-cn") || strings.HasPrefix(doc.Region, "us-gov-") != (p == "aws-us-gov") {
		v.t.Errorf("region %s of partition %s", doc.Region, p)
	}
	if v.found[md+"spot"] && v.get(md+"instance-life-cycle") != "spot" {
		v.t.Error("spot/ for an instance that is none")
	}
	for mac := range strings.SplitSeq(v.get(md+"network/interfaces/macs/"), "\n") {
		v.checkInterface(md+"network/interfaces/macs/"+mac, strings.TrimSuffix(mac, "/"), doc.AccountID)
	}
}

// checkInterface checks one interface.
func (v *view) checkInterface(nic, mac, account string) {
	v.t.Helper()
	if v.get(nic+"mac") != mac || v.get(nic+"owner-id") != account || v.get(nic+"vpc-id") == "" || v.get(nic+"subnet-id") == "" {
		v.t.Errorf("%s: mac %q, owner %q of %q, VPC %q", nic, v.get(nic+"mac"), v.get(nic+"owner-id"), account, v.get(nic+"vpc-id"))
	}
	lines := func(name string) []string {
		if s := v.get(nic + name); s != "" {
			return strings.Split(s, "\n")
		}
		return nil
	}
	within := func(what, inner string, blocks []string) {
		v.t.Helper()
		p, err := netip.ParsePrefix(inner)
		if err != nil {
			var a netip.Addr
			a, err = netip.ParseAddr(inner)
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if err != nil || !slices.ContainsFunc(blocks, func(block string) bool {
			b, err := netip.ParsePrefix(block)
			return err == nil && b.Bits() <= p.Bits() && b.Contains(p.Addr())
		}) {
			v.t.Errorf("%s%s %s is not in %q: %v", nic, what, inner, blocks, err)
		}
	}
	for _, a := range append(lines("local-ipv4s"), lines("ipv4-prefix")...) {
		within("address", a, lines("subnet-ipv4-cidr-block"))
	}
	for _, a := range append(lines("ipv6s"), lines("ipv6-prefix")...) {
		within("address", a, lines("subnet-ipv6-cidr-blocks"))
	}
	for _, b := range lines("subnet-ipv4-cidr-block") {
		within("subnet", b, lines("vpc-ipv4-cidr-blocks"))
	}
	for _, b := range lines("subnet-ipv6-cidr-blocks") {
		within("subnet", b, lines("vpc-ipv6-cidr-blocks"))
	}
	if all := lines("vpc-ipv4-cidr-blocks"); len(all) > 0 && v.get(nic+"vpc-ipv4-cidr-block") != all[0] {
		v.t.Errorf("%s: primary block of the VPC", nic)
	}
	for _, public := range lines("public-ipv4s") {
		for private := range strings.SplitSeq(v.get(nic+"ipv4-associations/"+public), "\n") {
			if !slices.Contains(lines("local-ipv4s"), private) {
				v.t.Errorf("%s: %s belongs to %s, which the interface does not have", nic, public, private)
			}
		}
	}
	if len(lines("security-groups")) != len(lines("security-group-ids")) {
		v.t.Errorf("%s: security groups", nic)
	}
}

func first(list string) string {
	line, _, _ := strings.Cut(list, "\n")
	return line
}
