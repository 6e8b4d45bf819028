// Command override replaces one path of a built-in plugin: services/domain,
// from which programs on an instance make the names of AWS's endpoints.
package main

import (
	"context"
	"regexp"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

func main() { sdk.Serve(&plugin{}) }

// path is a mount longer than meta-data, that of the instance plugin, and so
// owns what it names. All around it is still served by the other.
const path = "meta-data/services/domain"

// domain is a DNS name.
var domain = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

type plugin struct {
	config struct {
		Domain      string    `hcl:"domain" doc:"The domain that endpoints are in." example:"localhost.localstack.cloud"`
		DomainRange hcl.Range `hcl:"domain,attr_value_range"`
	}
}

// Mounts returns the one path.
func (*plugin) Mounts() []string { return []string{path} }

// Options returns the struct that Configure decodes.
func (p *plugin) Options() any { return p.config }

// Configure checks the domain.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&p.config)
	if !diags.HasErrors() && !domain.MatchString(p.config.Domain) {
		diags = append(diags, sdk.Errorf(p.config.DomainRange, "Invalid domain", "%q is no DNS name in lower case, such as \"example.com\".", p.config.Domain))
	}
	return diags
}

// Tree returns the path for as long as the real one has been there.
func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{path: sdk.Leaf{Body: []byte(p.config.Domain), Since: "2014-02-25"}}, nil
}
