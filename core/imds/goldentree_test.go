package imds

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/mockmd/mockmd/core/router"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const (
	goldenMAC     = "02:29:96:8f:6a:2d"
	goldenListing = "ami-id\nhibernation/\niam/\ninstance-id\nnetwork/\nplacement/\npublic-keys/\nreservation-id\nservices/\ntags/"
	goldenInfo    = "{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2023-10-02T14:20:00Z\"\n}"
	goldenRoot    = "1.0\n2007-01-19\n2007-03-01\n2007-08-29\n2007-10-10\n2007-12-15\n2008-02-01\n2008-09-01\n2009-04-04\n2011-01-01\n" +
		"2011-05-01\n2012-01-12\n2014-02-25\n2014-11-05\n2015-10-20\n2016-04-19\n2016-06-30\n2016-09-02\n2018-03-28\n2018-08-17\n" +
		"2018-09-24\n2019-10-01\n2020-10-27\n2021-01-03\n2021-03-23\n2021-07-15\n2022-07-09\n2022-09-24\n2024-04-11\nlatest"
)

// goldenTree is a tree of the real router, so that what the goldens say of
// paths is true of both packages together.
func goldenTree(t *testing.T) Tree {
	t.Helper()
	const plugin = "general"
	o := router.Options{
		Instances: []router.Instance{{Launched: testModified}},
		Render:    RenderHead,
		Now:       func() time.Time { return testNow },
	}
	for _, path := range []string{"meta-data", "dynamic", "user-data"} {
		o.Mounts = append(o.Mounts, router.Mount{Path: path, Plugin: plugin})
	}
	r, err := router.New(o)
	if err != nil {
		t.Fatal(err)
	}
	leaf := func(path, value string) *pluginv1.Node {
		return &pluginv1.Node{Path: path, Kind: &pluginv1.Node_Leaf{Leaf: &pluginv1.Leaf{Body: []byte(value)}}}
	}
	updated := leaf("meta-data/iam/info", goldenInfo)
	updated.GetLeaf().LastModified = timestamppb.New(time.Date(2023, 10, 2, 14, 20, 0, 0, time.UTC))
	userData := leaf("user-data", "\x1f\x8b\x00\r\n\xff")
	userData.GetLeaf().ContentType = "application/octet-stream"
	err = r.Publish(plugin, "", []*pluginv1.Node{
		updated,
		userData,
		leaf("meta-data/ami-id", "ami-0abcdef1234567890"),
		leaf("meta-data/hibernation/configured", "true"),
		leaf("meta-data/iam/security-credentials/app", "{}"),
		leaf("meta-data/instance-id", "i-0123456789abcdef0"),
		leaf("meta-data/network/interfaces/macs/"+goldenMAC+"/device-number", "0"),
		leaf("meta-data/placement/availability-zone", "us-east-1a"),
		{Path: "meta-data/public-keys/0", Kind: &pluginv1.Node_Dir{Dir: &pluginv1.Dir{Label: "0=my-key"}}},
		leaf("meta-data/public-keys/0/openssh-key", "ssh-rsa AAAA my-key\n"),
		leaf("meta-data/reservation-id", "r-0123456789abcdef0"),
		leaf("meta-data/services/domain", "amazonaws.com"),
		leaf("meta-data/tags/instance/Name", "web"),
		leaf("meta-data/tags/instance/a key+", "spaced"),
		leaf("dynamic/instance-identity/document", strings.Repeat("d", 470)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.View("")
}
