package instance

import (
	"net/netip"
	"testing"
)

func TestHostNames(t *testing.T) {
	t.Parallel()
	ip := netip.MustParseAddr("10.222.0.95")
	cases := []struct{ region, private, public string }{
		{"us-east-1", "ip-10-222-0-95.ec2.internal", "ec2-10-222-0-95.compute-1.amazonaws.com"},
		{"ap-northeast-2", "ip-10-222-0-95.ap-northeast-2.compute.internal", "ec2-10-222-0-95.ap-northeast-2.compute.amazonaws.com"},
		{"us-gov-west-1", "ip-10-222-0-95.us-gov-west-1.compute.internal", "ec2-10-222-0-95.us-gov-west-1.compute.amazonaws.com"},
		{"cn-northwest-1", "ip-10-222-0-95.cn-northwest-1.compute.internal", "ec2-10-222-0-95.cn-northwest-1.compute.amazonaws.com.cn"},
		{"us-iso-east-1", "ip-10-222-0-95.us-iso-east-1.compute.internal", "ec2-10-222-0-95.us-iso-east-1.compute.c2s.ic.gov"},
	}
	for _, c := range cases {
		if got := privateDNS(ip, c.region); got != c.private {
			t.Errorf("%s: private name %s, want %s", c.region, got, c.private)
		}
		if got := publicDNS(ip, c.region, partitionOf(c.region).domain); got != c.public {
			t.Errorf("%s: public name %s, want %s", c.region, got, c.public)
		}
	}
}
