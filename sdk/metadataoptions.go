package sdk

// MetadataOptions are the options of the metadata service for one instance, in
// the words of Terraform's metadata_options and of the EC2 API.
//
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
type MetadataOptions struct {
	// HTTPEndpoint is enabled or disabled.
	HTTPEndpoint string `json:"http_endpoint"`
	// HTTPTokens is optional or required: whether IMDSv1 is answered.
	HTTPTokens string `json:"http_tokens"`
	// HTTPPutResponseHopLimit is how many hops the answer to a token request
	// may travel, from 1 to 64; 0 when the configuration sets none.
	HTTPPutResponseHopLimit int `json:"http_put_response_hop_limit"`
	// HTTPProtocolIPv6 is enabled or disabled: whether there is a listener on
	// IPv6 too.
	HTTPProtocolIPv6 string `json:"http_protocol_ipv6"`
	// InstanceMetadataTags is enabled or disabled: whether the tags can be read.
	InstanceMetadataTags string `json:"instance_metadata_tags"`
}
