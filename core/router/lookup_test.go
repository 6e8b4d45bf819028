package router

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestLookupPaths(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:meta-data", "p:user-data", "q:dynamic")
	publish(t, r, "p",
		leaf("meta-data/instance-id", "i-1"),
		leaf("meta-data/security-groups", "default"),
		leaf("meta-data/security-group-ids", "sg-1"),
		leaf("meta-data/empty", ""),
		dir("meta-data/none", ""),
		dir("meta-data/public-keys/0", "0=my-key"),
		dir("meta-data/public-keys/1", "1=other"),
		dir("meta-data/public-keys/10", "10=third"),
		leaf("meta-data/public-keys/0/openssh-key", "ssh-rsa AAAA my-key\n"),
		leaf("meta-data/network/interfaces/macs/02:00:00:00:00:01/mac", "02:00:00:00:00:01"),
		leaf("user-data", "#!/bin/sh\n"),
	)
	publish(t, r, "q", leaf("dynamic/instance-identity/document", "{}"))
	list := strings.Join(Versions(), ",")
	expect(t, r,
		"/", "200 "+list,
		"//", "200 "+list,
		"", "404",
		"*", "404",
		"latest/", "404",
		"/latest", "200 dynamic,meta-data,user-data",
		"/latest/", "200 dynamic,meta-data,user-data",
		"/Latest/", "404",
		"/latest/meta-data", "200 empty,instance-id,network/,none/,public-keys/,security-group-ids,security-groups",
		"/latest/meta-data/", "200 empty,instance-id,network/,none/,public-keys/,security-group-ids,security-groups",
		"/latest/meta-data/instance-id", "200 i-1",
		"/latest/meta-data/instance-id/", "200 i-1",
		"//latest///meta-data//instance-id//", "200 i-1",
		"/latest//meta-data/public-keys//0/", "200 openssh-key",
		"/latest/meta-data/instance-id/x", "404",
		"/latest/meta-data/instance-id//x", "404",
		"/latest/meta-data/Instance-id", "404",
		"/latest/meta-data/instance-i", "404",
		"/latest/meta-data/./instance-id", "404",
		"/latest/meta-data/../meta-data/instance-id", "404",
		"/latest/meta-data/empty", "200 ",
		"/latest/meta-data/none", "200 ",
		"/latest/meta-data/none/x", "404",
		"/latest/meta-data/public-keys/", "200 0=my-key,1=other,10=third",
		"/latest/meta-data/public-keys/0=my-key", "404",
		"/latest/meta-data/public-keys/0/openssh-key", "200 ssh-rsa AAAA my-key,",
		"/latest/meta-data/network/interfaces/macs", "200 02:00:00:00:00:01/",
		"/latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/mac", "200 02:00:00:00:00:01",
		"/latest/user-data/", "200 #!/bin/sh,",
		"/latest/api", "404",
		"/latest/api/", "404",
		"/latest/api/token", "404",
		"/latest/"+strings.Repeat("a/", 5000), "404",
		"/latest/"+strings.Repeat("a//", 5000), "404",
	)
}

func TestLookupResult(t *testing.T) {
	t.Parallel()
	modified := launched.AddDate(0, 1, 0)
	r := newRouter(t, &clock{}, "p:a/b")
	publish(t, r, "p", leaf("a/b/plain", "abc"), &pluginv1.Node{Path: "a/b/full", Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{
		Body: []byte{0, 1}, ContentType: "application/octet-stream", LastModified: timestamppb.New(modified),
	}}})
	for _, tt := range []struct{ path, head, plugin, canonical, version string }{
		{"/", "text/plain|2026-01-02T03:04:05Z|318", "", "", ""},
		{"/latest", "text/plain|2026-01-02T03:04:05Z|1", "", "", "latest"},
		{"/1.0/a/", "text/plain|2026-01-02T03:04:05Z|2", "", "a", "1.0"},
		{"/1.0/a//b/", "text/plain|2026-01-02T03:04:05Z|10", "p", "a/b", "1.0"},
		{"/latest/a/b/plain/", "text/plain|2026-01-02T03:04:05Z|3", "p", "a/b/plain", "latest"},
		{"/2020-10-27/a//b/full", "application/octet-stream|2026-02-02T03:04:05Z|2", "p", "a/b/full", "2020-10-27"},
	} {
		got := r.View("").Lookup(tt.path)
		if got.Kind != Content || string(got.Head) != tt.head || got.Plugin != tt.plugin || got.Path != tt.canonical || got.Version != tt.version {
			t.Errorf("%s: got %+v with head %s, want %+v", tt.path, got, got.Head, tt)
		}
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a", "q:a/tree/other/deep", "p:a/tree/own")
	publish(t, r, "p", live("a/now"), subtree("a/tree"))
	publish(t, r, "q", leaf("a/tree/other/deep/leaf", "q's"))
	expect(t, r,
		"/latest/a", "200 now,tree/",
		"/latest/a/now", "live p a/now a/now@latest",
		"/1.0/a//now/", "live p a/now a/now@1.0",
		"/latest/a/now/x", "404",
		"/latest/a/tree/", "live p a/tree a/tree@latest",
		"/latest/a/tree//x/y/", "live p a/tree a/tree/x/y@latest",
		"/latest/a/tree/own", "live p a/tree a/tree/own@latest",
		"/latest/a/tree/own/x", "live p a/tree a/tree/own/x@latest",
		"/latest/a/tree/other", "live p a/tree a/tree/other@latest",
		"/latest/a/tree/other/x", "live p a/tree a/tree/other/x@latest",
		"/latest/a/tree/other/deep", "200 leaf",
		"/latest/a/tree/other/deep/leaf", "200 q's",
		"/latest/a/tree/other/deep/none", "404",
		// What is handed to a plugin is canonical.
		"/latest/a/tree/../now", "404",
		"/latest/a/tree/.", "404",
		"/latest/a/tree/x\ny", "404",
		"/latest/a/tree/x\xff", "404",
		"/latest/a/tree/"+strings.Repeat("x", MaxPath), "404",
	)
	publish(t, r, "q")
	expect(t, r, "/latest/a/tree/other/deep", "404", "/latest/a/tree/other/deep/x", "404")
}

func TestKindString(t *testing.T) {
	t.Parallel()
	for kind, want := range []string{"NotFound", "Content", "Live", "Pending", "unknown"} {
		if got := Kind(kind).String(); got != want {
			t.Errorf("Kind(%d) = %s, want %s", kind, got, want)
		}
	}
}
