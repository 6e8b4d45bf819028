package iam

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// stsBlock is sts { … }.
type stsBlock struct {
	Region             *string   `hcl:"region" doc:"Region whose STS is asked; left out, that of the instance."`
	RegionRange        hcl.Range `hcl:"region,attr_value_range"`
	Endpoint           *string   `hcl:"endpoint" doc:"Another endpoint than that of AWS in the region."`
	EndpointRange      hcl.Range `hcl:"endpoint,attr_value_range"`
	FallbackRegions    []string  `hcl:"fallback_regions,optional" doc:"Regions to ask when one does not answer or is not enabled."`
	FallbackRange      hcl.Range `hcl:"fallback_regions,attr_value_range"`
	CABundle           *string   `hcl:"ca_bundle" doc:"PEM file of the authorities to trust; left out, AWS_CA_BUNDLE or those of the system."`
	CABundleRange      hcl.Range `hcl:"ca_bundle,attr_value_range"`
	Proxy              *string   `hcl:"proxy" doc:"URL of the proxy; left out, as the environment says."`
	ProxyRange         hcl.Range `hcl:"proxy,attr_value_range"`
	Simulated          *bool     `hcl:"simulated" doc:"Ask a simulated STS in the plugin itself." default:"false"`
	Lifetime           *string   `hcl:"lifetime" doc:"Simulated: the longest life that is granted; left out, what is asked for."`
	LifetimeRange      hcl.Range `hcl:"lifetime,attr_value_range"`
	Address            *string   `hcl:"address" doc:"Simulated: loopback address to listen on." default:"127.0.0.1:0"`
	AddressRange       hcl.Range `hcl:"address,attr_value_range"`
	ExpiresIn          *string   `hcl:"expires_in" doc:"Simulated: what documents say of their end, counted from their issue, to try what clients do: 2m is about to expire, -5m expired."`
	ExpiresInRange     hcl.Range `hcl:"expires_in,attr_value_range"`
	AutoBootstrap      *bool     `hcl:"auto_bootstrap" doc:"Simulated: begin by itself, without a POST." default:"true"`
	AutoBootstrapRange hcl.Range `hcl:"auto_bootstrap,attr_value_range"`
}

// stsSettings are the checked sts block.
type stsSettings struct {
	region, endpoint string
	fallbackRegions  []string
	proxy            string // URL; empty: as the environment says
	roots            []byte // PEM; nil: those of the system

	simulated     bool
	lifetime      time.Duration  // 0: not capped
	expiresIn     *time.Duration // what documents say of their end, from their issue; nil: the truth
	address       string
	autoBootstrap bool
	accountID     string // of the keys that the simulation knows
	partition     string
}

// targets are the STS to ask, the first one first.
func (s stsSettings) targets() []target {
	out := []target{{region: s.region, endpoint: s.endpoint, proxy: s.proxy, roots: s.roots}}
	for _, region := range s.fallbackRegions {
		out = append(out, target{region: region, proxy: s.proxy, roots: s.roots})
	}
	return out
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

var regionPattern = lazyregexp.New(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// check returns what the block says; a nil block is AWS itself.
func (b *stsBlock) check(c *sdk.Config) (stsSettings, hcl.Diagnostics) {
	s := stsSettings{
		region: defaultRegion, address: defaultAddress, autoBootstrap: true,
		accountID: "123456789012", partition: "aws", // without instances: the account of AWS's own examples
	}
	for i, in := range c.Instances {
		if i == 0 || in.Label == "" {
			s.region, s.accountID, s.partition = in.Region, in.AccountID, in.Partition
		}
	}
	var diags hcl.Diagnostics
	if b == nil {
		return s, s.trust(c, nil, c.Body.MissingItemRange())
	}
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
	diags = append(diags, b.checkWay(c, &s)...)
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
	if b.ExpiresIn != nil {
		only("expires_in", b.ExpiresInRange)
		d, err := time.ParseDuration(*b.ExpiresIn)
		if err != nil || d.Abs() > maxDuration {
			diags = append(diags, sdk.Errorf(b.ExpiresInRange, "Invalid expires_in",
				"It is what documents say of their end, counted from their issue: -12h to 12h, such as 2m for about to expire or -5m for expired."))
		}
		s.expiresIn = &d
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
