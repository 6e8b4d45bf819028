package instance

import (
	"testing"
)

func TestKnownRegions(t *testing.T) {
	t.Parallel()
	codes := map[string]string{}
	for _, region := range knownRegions() {
		if detail := checkRegion(region); detail != "" {
			t.Errorf("%s: %s", region, detail)
		}
		code := regionCode(region)
		if other := codes[code]; other != "" {
			t.Errorf("%s and %s are both %s", region, other, code)
		}
		codes[code] = region
	}
}

func TestPartitionOf(t *testing.T) {
	t.Parallel()
	cases := map[string][2]string{
		"us-east-1":      {"aws", "amazonaws.com"},
		"eu-south-2":     {"aws", "amazonaws.com"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com"},
		"us-iso-east-1":  {"aws-iso", "c2s.ic.gov"},
		"us-isob-east-1": {"aws-iso-b", "sc2s.sgov.gov"},
		"eu-isoe-west-1": {"aws-iso-e", "cloud.adc-e.uk"},
		"us-isof-east-1": {"aws-iso-f", "csp.hci.ic.gov"},
		"eusc-de-east-1": {"aws-eusc", "amazonaws.eu"},
	}
	for region, want := range cases {
		if p := partitionOf(region); p.name != want[0] || p.domain != want[1] {
			t.Errorf("%s: partition %s, domain %s; want %v", region, p.name, p.domain, want)
		}
	}
}

func TestParseZone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ region, id string }{
		"us-east-1a":                 {"us-east-1", "use1-az1"},
		"us-east-1f":                 {"us-east-1", "use1-az6"},
		"us-west-2d":                 {"us-west-2", "usw2-az4"},
		"ap-southeast-2c":            {"ap-southeast-2", "apse2-az3"},
		"ap-northeast-1a":            {"ap-northeast-1", "apne1-az1"},
		"ap-east-1a":                 {"ap-east-1", "ape1-az1"},
		"ap-south-1b":                {"ap-south-1", "aps1-az2"},
		"ca-central-1a":              {"ca-central-1", "cac1-az1"},
		"eu-north-1a":                {"eu-north-1", "eun1-az1"},
		"il-central-1a":              {"il-central-1", "ilc1-az1"},
		"me-south-1a":                {"me-south-1", "mes1-az1"},
		"sa-east-1a":                 {"sa-east-1", "sae1-az1"},
		"af-south-1a":                {"af-south-1", "afs1-az1"},
		"cn-north-1a":                {"cn-north-1", "cnn1-az1"},
		"cn-northwest-1b":            {"cn-northwest-1", "cnnw1-az2"},
		"us-gov-west-1a":             {"us-gov-west-1", "usgw1-az1"},
		"us-gov-east-1c":             {"us-gov-east-1", "usge1-az3"},
		"us-iso-east-1b":             {"us-iso-east-1", "usie1-az2"},
		"us-isob-east-1a":            {"us-isob-east-1", "usibe1-az1"},
		"us-west-2-lax-1a":           {"us-west-2", "usw2-lax1-az1"},
		"us-west-2-lax-1b":           {"us-west-2", "usw2-lax1-az2"},
		"us-east-1-atl-2a":           {"us-east-1", "use1-atl2-az1"},
		"us-east-1-wl1-bos-wlz-1":    {"us-east-1", "use1-wl1-bos-wlz1"},
		"ca-central-1-wl1-yto-wlz-1": {"ca-central-1", "cac1-wl1-yto-wlz1"},
		"eu-west-3-cmn-wlz-1a":       {"eu-west-3", "euw3-cmn1-wlz1"},
	}
	for name, want := range cases {
		z, ok := parseZone(name)
		if !ok || z.region != want.region || z.id() != want.id {
			t.Errorf("%s: region %s, id %s, %v; want %v", name, z.region, z.id(), ok, want)
		}
	}
	for _, name := range []string{
		"", "a", "us-east-1", "us-east-1A", "us-east-1ab", "us-east-a", "useast1a", "us-east-0a", "us-east-1a\n",
		"us-west-2-lax-1", "us-west-2-lax-a", "us-east-1-wl1-bos-1", "us-east-1-wl1-wlz-1", "us-upper-1a", "use1-az1",
	} {
		if z, ok := parseZone(name); ok {
			t.Errorf("%q is taken for the zone %v", name, z)
		}
	}
}

func TestCheckZoneID(t *testing.T) {
	t.Parallel()
	cases := []struct {
		zone, id string
		ok       bool
	}{
		{"us-east-1a", "use1-az6", true},
		{"us-east-1a", "use2-az1", false},
		{"us-east-1a", "use1-az0", false},
		{"us-east-1a", "use1-az1x", false},
		{"us-east-1a", "use1-lax1-az1", false},
		{"us-west-2-lax-1a", "usw2-lax1-az2", true},
		{"eusc-de-east-1a", "euscde1-az1", true},
		{"eusc-de-east-1a", "eudee1-az1", true},
		{"eusc-de-east-1a", "use1-az1", false},
		{"eusc-de-east-1a", "eudee1", false},
		{"eu-west-9a", "euwest9-az1", true},
	}
	for _, c := range cases {
		z, _ := parseZone(c.zone)
		if detail := checkZoneID(c.id, c.zone, z); (detail == "") != c.ok {
			t.Errorf("%s in %s: %q", c.id, c.zone, detail)
		}
	}
}
