package router

import (
	"fmt"
	"testing"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// benchRouter has a tree of the size and shape of a real instance's.
func benchRouter(tb testing.TB, vanishing bool) *View {
	tb.Helper()
	r, err := New(Options{
		Mounts:    []Mount{{"meta-data", "instance"}, {"meta-data/placement", "placement"}, {"meta-data/iam", "iam"}, {"dynamic", "identity"}},
		Instances: []Instance{{Launched: launched, Omit: []string{"meta-data/general-7", "dynamic/live/omitted"}}},
		Render:    renderTest,
		Now:       time.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	general := []*pluginv1.Node{leaf("meta-data/instance-id", "i-0123456789abcdef0")}
	for i := range 40 {
		general = append(general, since(leaf(fmt.Sprintf("meta-data/general-%d", i), "value"), []string{"", "2011-01-01", "2020-10-27"}[i%3]))
	}
	for mac := range 4 {
		for key := range 20 {
			general = append(general, leaf(fmt.Sprintf("meta-data/network/interfaces/macs/02:00:00:00:00:%02x/key-%d", mac, key), "value"))
		}
	}
	general = append(general, dir("meta-data", "", "system", "instance-id"), labelled(leaf("meta-data/users", "u"), "users/"))
	if vanishing {
		general = append(general, ends(leaf("meta-data/spot/instance-action", "{}"), time.Now().Add(time.Hour)))
	}
	publish(tb, r, "instance", general...)
	publish(tb, r, "placement", leaf("meta-data/placement/region", "us-east-1"), leaf("meta-data/placement/availability-zone", "us-east-1a"))
	publish(tb, r, "identity", leaf("dynamic/instance-identity/document", "{}"), subtree("dynamic/live"))
	publish(tb, r, "iam",
		leaf("meta-data/iam/info", "{}"),
		audited(ends(leaf("meta-data/iam/security-credentials/app", "{}", "{failed}"), time.Now().Add(time.Hour)), 0, "role", "app"))
	return r.View("")
}

// lookups are the requests that the benchmark and the allocation test make.
var lookups = [...]struct{ name, path string }{ // never changed
	{"leaf", "/latest/meta-data/instance-id"},
	{"deep", "/latest/meta-data/network/interfaces/macs/02:00:00:00:00:03/key-19"},
	{"dated", "/2021-07-15/meta-data/placement/region"},
	{"ends", "/latest/meta-data/iam/security-credentials/app"},
	{"slash", "/latest/meta-data/instance-id/"},
	{"doubled", "/latest//meta-data/placement/region"},
	{"inside", "/latest/meta-data//placement/region"},
	{"listing", "/latest/meta-data/"},
	{"dated-listing", "/2012-01-12/meta-data/"},
	{"versions", "/"},
	{"live", "/latest/dynamic/live/x/y"},
	{"labelled", "/latest/meta-data/users"},
	{"omitted", "/latest/meta-data/general-7"},
	{"below-omitted", "/latest/meta-data/general-7/x/y"},
	{"omitted-live", "/latest/dynamic/live/omitted/x"},
	{"beside-omitted", "/latest/dynamic/live/other/x"},
	{"absent", "/latest/meta-data/spot/termination-time"},
}

func BenchmarkLookup(b *testing.B) {
	v := benchRouter(b, false)
	for _, l := range lookups {
		b.Run(l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Lookup(l.path)
			}
		})
	}
}

// BenchmarkLookupVanishing looks up in a tree that has a leaf that will end
// without a successor, so that each lookup reads the clock.
func BenchmarkLookupVanishing(b *testing.B) {
	v := benchRouter(b, true)
	b.ReportAllocs()
	for b.Loop() {
		v.Lookup("/latest/meta-data/instance-id")
	}
}

func BenchmarkPublish(b *testing.B) {
	v := benchRouter(b, false)
	r := &Router{mounts: v.mounts, views: map[string]*View{"": v}}
	nodes := []*pluginv1.Node{leaf("meta-data/placement/region", "us-east-1")}
	b.ReportAllocs()
	for b.Loop() {
		publish(b, r, "placement", nodes...)
	}
}

// TestLookupAllocatesNothing is not parallel: allocations are counted for the
// whole process.
func TestLookupAllocatesNothing(t *testing.T) {
	for _, vanishing := range []bool{false, true} {
		v := benchRouter(t, vanishing)
		for _, l := range lookups {
			if n := testing.AllocsPerRun(100, func() { v.Lookup(l.path) }); n != 0 {
				t.Errorf("%s: %v allocations", l.name, n)
			}
		}
	}
}
