package iam

import (
	"cmp"
	"crypto/x509"
	"net/netip"
	"net/url"
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// checkWay reads how the real STS is reached.
func (b *stsBlock) checkWay(c *sdk.Config, s *stsSettings) hcl.Diagnostics {
	var diags hcl.Diagnostics
	not := func(given bool, name string, at hcl.Range) {
		if given && s.simulated {
			diags = append(diags, sdk.Withheld(sdk.Errorf(at, "Not for the simulated STS", "The argument %s is for the real STS only. Remove it, or simulated = true.", name)))
		}
	}
	not(b.FallbackRegions != nil, "fallback_regions", b.FallbackRange)
	not(b.CABundle != nil, "ca_bundle", b.CABundleRange)
	not(b.Proxy != nil, "proxy", b.ProxyRange)
	s.fallbackRegions = b.FallbackRegions
	if len(b.FallbackRegions) > 0 && s.endpoint != "" {
		diags = append(diags, sdk.Errorf(b.FallbackRange, "Fallback of an endpoint", "The endpoint is one for all regions. Remove endpoint, or fallback_regions."))
	}
	for i, region := range b.FallbackRegions {
		if !regionPattern.MatchString(region) || region == s.region || slices.Contains(b.FallbackRegions[:i], region) {
			diags = append(diags, sdk.Errorf(b.FallbackRange, "Invalid fallback regions", "The fallback regions are other regions than %s, each once, such as eu-west-1.", s.region))
			break
		}
	}
	if b.Proxy != nil {
		s.proxy = *b.Proxy
		u, err := url.Parse(s.proxy)
		if err != nil || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
			diags = append(diags, sdk.Withheld(sdk.Errorf(b.ProxyRange, "Invalid proxy", "A proxy is a URL such as http://proxy.example.com:3128; https and socks5 are known too.")))
		}
	}
	return append(diags, s.trust(c, b.CABundle, cmp.Or(b.CABundleRange, c.Body.MissingItemRange()))...)
}

// maxBundle is far above the bundles of all authorities that there are.
const maxBundle = 8 << 20

// trust reads the certificates to trust: those of the argument or, as all AWS
// tools have it, of AWS_CA_BUNDLE.
func (s *stsSettings) trust(c *sdk.Config, given *string, at hcl.Range) hcl.Diagnostics {
	path := os.Getenv("AWS_CA_BUNDLE")
	if given != nil {
		path = c.Path(*given)
	}
	if path == "" || s.simulated {
		return nil
	}
	pem, err := readFile(path, maxBundle)
	if err != nil {
		return hcl.Diagnostics{sdk.Errorf(at, "CA bundle cannot be read", "%s.", capital(err.Error()))}
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return hcl.Diagnostics{sdk.Errorf(at, "Invalid CA bundle", "%s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).", path)}
	}
	s.roots = pem
	return nil
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
