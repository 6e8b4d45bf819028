package instance

import "fmt"

// MetadataOptions is the metadata_options block, in the words of Terraform's
// aws_instance and of the EC2 API.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
type MetadataOptions struct {
	// HTTPEndpoint is enabled or disabled; enabled by default.
	HTTPEndpoint string
	// HTTPTokens is optional or required; optional by default.
	HTTPTokens string
	// HTTPPutResponseHopLimit is from 1 to 64; 0 when the user sets none.
	HTTPPutResponseHopLimit int
}

const maxHopLimit = 64

// metadata settles the options; nil is a block that is not there.
func (b *builder) metadata(a *optionArguments) MetadataOptions {
	o := MetadataOptions{HTTPEndpoint: "enabled", HTTPTokens: "optional"}
	if a == nil {
		return o
	}
	if v, ok := option(b, "http_endpoint", a.Endpoint, a.EndpointAt, oneOf("enabled", "disabled")); ok {
		o.HTTPEndpoint = v
	}
	if v, ok := option(b, "http_tokens", a.Tokens, a.TokensAt, oneOf("optional", "required")); ok {
		o.HTTPTokens = v
	}
	if v, ok := option(b, "http_put_response_hop_limit", a.HopLimit, a.HopLimitAt, checkHopLimit); ok {
		o.HTTPPutResponseHopLimit = v
	}
	return o
}

func checkHopLimit(given int) string {
	if given >= 1 && given <= maxHopLimit {
		return ""
	}
	return fmt.Sprintf("%d is not a hop limit: it is from 1 to %d. Leave it out for none.", given, maxHopLimit)
}
