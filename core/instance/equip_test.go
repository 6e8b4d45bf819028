package instance

import "testing"

func TestArchitectureOf(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"arm64": {
			"a1.metal", "t4g.nano", "m6g.large", "m6gd.metal", "c6gn.xlarge", "c7g.medium", "m8g.metal-24xl", "c8gb.large",
			"r8gd.large", "x2gd.large", "x8g.large", "i4g.large", "im4gn.large", "is4gen.large", "i8ge.large", "g5g.xlarge",
			"hpc7g.4xlarge", "p6e-gb200.36xlarge",
		},
		"x86_64": {
			"t1.micro", "t2.micro", "t3a.nano", "m5.large", "m5zn.metal", "c7i-flex.large", "g2.2xlarge", "g4dn.xlarge", "g4ad.xlarge",
			"g5.xlarge", "g6e.xlarge", "g6f.large", "g7e.2xlarge", "gr6.4xlarge", "gr6f.4xlarge", "inf2.xlarge", "trn1n.32xlarge",
			"u-6tb1.112xlarge", "u7in-16tb.224xlarge", "u7inh-32tb.480xlarge", "x2iedn.metal", "z1d.large", "hpc6a.48xlarge",
			"p6-b200.48xlarge", "dl2q.24xlarge", "cg1.4xlarge", "i7ie.large", "x8aedz.large", "vt1.3xlarge", "strange.large",
		},
		"x86_64_mac": {"mac1.metal"},
		"arm64_mac":  {"mac2.metal", "mac2-m2pro.metal", "mac2-m1ultra.metal", "mac-m4.metal", "mac-m4max.metal"},
	}
	for arch, kinds := range cases {
		for _, kind := range kinds {
			if detail := checkType(kind); detail != "" {
				t.Error(detail)
			}
			if got := architectureOf(kind); got != arch {
				t.Errorf("%s: %s, want %s", kind, got, arch)
			}
		}
	}
}

func TestTypeFor(t *testing.T) {
	t.Parallel()
	for _, arch := range architectures() {
		kind := typeFor(arch)
		if !runs(kind, arch) || checkType(kind) != "" {
			t.Errorf("%s stands for %s and does not run it", kind, arch)
		}
	}
}
