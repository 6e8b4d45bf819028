package instance

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// The two words of a switch.
const (
	enabled  = "enabled"
	disabled = "disabled"
)

// optionArguments is the metadata_options block as the user wrote it.
type optionArguments struct {
	Endpoint   *string   `hcl:"http_endpoint,optional"`
	EndpointAt hcl.Range `hcl:"http_endpoint,attr_value_range"`
	Tokens     *string   `hcl:"http_tokens,optional"`
	TokensAt   hcl.Range `hcl:"http_tokens,attr_value_range"`
	HopLimit   *int      `hcl:"http_put_response_hop_limit,optional"`
	HopLimitAt hcl.Range `hcl:"http_put_response_hop_limit,attr_value_range"`
	IPv6       *string   `hcl:"http_protocol_ipv6,optional"`
	IPv6At     hcl.Range `hcl:"http_protocol_ipv6,attr_value_range"`
	Tags       *string   `hcl:"instance_metadata_tags,optional"`
	TagsAt     hcl.Range `hcl:"instance_metadata_tags,attr_value_range"`
}

const maxHopLimit = 64

// metadata settles the options; nil is a block that is not there. It comes
// after virtualize and describe.
func (b *builder) metadata(a *arguments) {
	o := &b.facts.MetadataOptions
	*o = sdk.MetadataOptions{HTTPEndpoint: enabled, HTTPTokens: "optional", HTTPProtocolIPv6: disabled, InstanceMetadataTags: disabled}
	given := a.MetadataOptions
	if given == nil {
		return
	}
	if v, ok := option(b, "http_endpoint", given.Endpoint, given.EndpointAt, oneOf(enabled, disabled)); ok {
		o.HTTPEndpoint = v
	}
	if v, ok := option(b, "http_tokens", given.Tokens, given.TokensAt, oneOf("optional", "required")); ok {
		o.HTTPTokens = v
	}
	if v, ok := option(b, "http_put_response_hop_limit", given.HopLimit, given.HopLimitAt, checkHopLimit); ok {
		o.HTTPPutResponseHopLimit = v
	}
	if v, ok := option(b, "http_protocol_ipv6", given.IPv6, given.IPv6At, oneOf(enabled, disabled)); ok {
		o.HTTPProtocolIPv6 = v
		if v == enabled && b.facts.Hypervisor == xen {
			b.warn(given.IPv6At, "No IPv6 endpoint on Xen", fmt.Sprintf(
				"The real service has an IPv6 endpoint on Nitro only, and an instance of type %s runs on Xen. "+
					"It is served all the same; leave http_protocol_ipv6 out, or take a type such as %s.",
				b.facts.InstanceType, typeFor("x86_64")))
		}
	}
	if v, ok := option(b, "instance_metadata_tags", given.Tags, given.TagsAt, oneOf(enabled, disabled)); ok {
		o.InstanceMetadataTags = v
		b.publishTags(a)
	}
}

func checkHopLimit(given int) string {
	if given >= 1 && given <= maxHopLimit {
		return ""
	}
	return fmt.Sprintf("%d is not a hop limit: it is from 1 to %d. Leave it out for none.", given, maxHopLimit)
}
