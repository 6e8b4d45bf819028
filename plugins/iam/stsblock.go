package iam

import (
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
	"github.com/mockmd/mockmd/sdk"
)

// stsBlock is sts { … }.
type stsBlock struct {
	Region             *string   `hcl:"region"`
	RegionRange        hcl.Range `hcl:"region,attr_value_range"`
	Endpoint           *string   `hcl:"endpoint"`
	EndpointRange      hcl.Range `hcl:"endpoint,attr_value_range"`
	Simulated          *bool     `hcl:"simulated"`
	Lifetime           *string   `hcl:"lifetime"`
	LifetimeRange      hcl.Range `hcl:"lifetime,attr_value_range"`
	Address            *string   `hcl:"address"`
	AddressRange       hcl.Range `hcl:"address,attr_value_range"`
	AutoBootstrap      *bool     `hcl:"auto_bootstrap"`
	AutoBootstrapRange hcl.Range `hcl:"auto_bootstrap,attr_value_range"`
}

// stsSettings are the checked sts block.
type stsSettings struct {
	region, endpoint string

	simulated     bool
	lifetime      time.Duration // 0: not capped
	address       string
	autoBootstrap bool
	accountID     string // of the keys that the simulation knows
	partition     string
}

// place says whom credentials in a checkpoint were made for. Credentials for
// one place are nothing to another.
func (s stsSettings) place() string {
	switch {
	case s.simulated:
		return placeSimulated
	case s.endpoint != "":
		return s.endpoint
	}
	return placeAWS
}

const (
	placeAWS       = "aws"
	placeSimulated = "simulated"
)

// describe is place for people.
func (s stsSettings) describe() string {
	switch {
	case s.simulated:
		return "a simulated STS"
	case s.endpoint != "":
		return "the STS at " + s.endpoint
	}
	return "AWS STS in " + s.region
}

const (
	// defaultRegion is that of the global endpoint, for a configuration
	// without instances.
	defaultRegion  = "us-east-1"
	defaultAddress = "127.0.0.1:0"
	minLifetime    = 2 * time.Second // expiry is in whole seconds
)

var regionPattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// check returns what the block says; a nil block is AWS itself.
func (b *stsBlock) check(instances []*sdk.Instance) (stsSettings, hcl.Diagnostics) {
	s := stsSettings{
		region: defaultRegion, address: defaultAddress, autoBootstrap: true,
		accountID: "123456789012", partition: "aws", // without instances: the account of AWS's own examples
	}
	for i, in := range instances {
		if i == 0 || in.Label == "" {
			s.region, s.accountID, s.partition = in.Region, in.AccountID, in.Partition
		}
	}
	if b == nil {
		return s, nil
	}
	var diags hcl.Diagnostics
	if b.Region != nil {
		s.region = *b.Region
		if !regionPattern.MatchString(s.region) {
			diags = append(diags, sdk.Errorf(b.RegionRange, "Invalid region", "A region is such as eu-central-1."))
		}
	}
	s.simulated = b.Simulated != nil && *b.Simulated
	if b.Endpoint != nil {
		s.endpoint = *b.Endpoint
		if s.simulated {
			diags = append(diags, sdk.Errorf(b.EndpointRange, "Endpoint of a simulated STS",
				"The simulated STS has an endpoint of its own. Remove endpoint, or simulated = true."))
		} else if d := checkEndpoint(s.endpoint, b.EndpointRange); d != nil {
			diags = append(diags, d)
		}
	}
	return s, append(diags, b.checkSimulated(&s)...)
}

// checkSimulated reads what only a simulated STS has.
func (b *stsBlock) checkSimulated(s *stsSettings) hcl.Diagnostics {
	var diags hcl.Diagnostics
	only := func(name string, at hcl.Range) {
		if !s.simulated {
			diags = append(diags, sdk.Errorf(at, "Not for the real STS", "The argument %s is for the simulated STS only. Remove it, or set simulated = true.", name))
		}
	}
	if b.Lifetime != nil {
		only("lifetime", b.LifetimeRange)
		d, err := time.ParseDuration(*b.Lifetime)
		switch {
		case err != nil:
			diags = append(diags, sdk.Errorf(b.LifetimeRange, "Invalid lifetime", "A lifetime is a number with a unit, such as 90s or 1h."))
		case d < minLifetime || d > maxDuration:
			diags = append(diags, sdk.Errorf(b.LifetimeRange, "Invalid lifetime", "The simulated STS grants 2s to 12h; this is %s.", d))
		}
		s.lifetime = d
	}
	if b.Address != nil {
		only("address", b.AddressRange)
		s.address = *b.Address
		if err := stssim.CheckAddress(s.address); err != nil {
			diags = append(diags, sdk.Errorf(b.AddressRange, "Invalid address", "The %s.", err))
		}
	}
	if b.AutoBootstrap != nil {
		only("auto_bootstrap", b.AutoBootstrapRange)
		s.autoBootstrap = *b.AutoBootstrap
	}
	return diags
}

// checkEndpoint allows plain HTTP to this host only: the answers carry
// secrets.
func checkEndpoint(endpoint string, at hcl.Range) *hcl.Diagnostic {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return sdk.Errorf(at, "Invalid endpoint", "An endpoint is a URL such as https://sts.eu-central-1.amazonaws.com, without user, query and fragment.")
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" {
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.Unmap().IsLoopback() {
			return sdk.Errorf(at, "Endpoint without TLS", "The answers of STS carry secrets: plain http is for loopback addresses only. Use https.")
		}
	}
	return nil
}
