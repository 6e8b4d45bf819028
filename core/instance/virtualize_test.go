package instance

import "testing"

func TestHypervisorOf(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		xen: {
			"t1.micro", "t2.nano", "m1.small", "m2.xlarge", "m3.medium", "m4.16xlarge", "c1.medium", "c3.large", "c4.8xlarge", "cc1.4xlarge",
			"cc2.8xlarge", "cr1.8xlarge", "cg1.4xlarge", "r3.large", "r4.large", "x1.16xlarge", "x1e.xlarge", "p2.xlarge", "p3.2xlarge",
			"g2.2xlarge", "g3.4xlarge", "g3s.xlarge", "i2.xlarge", "i3.large", "i3.16xlarge", "d2.xlarge", "h1.2xlarge", "f1.2xlarge",
			"hs1.8xlarge", "hi1.4xlarge",
		},
		nitro: {
			"m5.large", "t3.micro", "t4g.nano", "p3dn.24xlarge", "i3.metal", "i3en.large", "c5.large", "x2gd.large", "g4dn.xlarge", "d3.xlarge",
			"u-6tb1.metal", "mac1.metal", "f2.6xlarge", "a1.medium", "strange.large",
		},
	}
	for want, kinds := range cases {
		for _, kind := range kinds {
			if got := hypervisorOf(kind); got != want {
				t.Errorf("%s: %s, want %s", kind, got, want)
			}
		}
	}
}
