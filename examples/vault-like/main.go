// Command vault-like serves secrets that an upstream keeps, each request anew:
// nothing of them is kept in the tree, in a log or in an error.
package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

func main() { sdk.Serve(&plugin{}) }

// mount is the path below which each secret is.
const mount = "meta-data/vault"

// names are those of secrets. Nothing else becomes a part of a URL: no dots that
// lead elsewhere, and nothing that the upstream would decode.
var names = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

type plugin struct {
	config struct {
		Address        string    `hcl:"address" doc:"URL of the upstream, which answers as Vault's KV version 2 does." example:"https://vault.example.com:8200"`
		AddressRange   hcl.Range `hcl:"address,attr_value_range"`
		TokenFile      string    `hcl:"token_file" doc:"File with the token for the upstream; read for each request, so it may be renewed." example:"token"`
		TokenFileRange hcl.Range `hcl:"token_file,attr_value_range"`
	}
	upstream upstream
}

// Mounts returns the path that the plugin claims.
func (*plugin) Mounts() []string { return []string{mount} }

// Options returns the struct that Configure decodes.
func (p *plugin) Options() any { return p.config }

// Configure checks what can be checked without asking anybody.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&p.config)
	if diags.HasErrors() {
		return diags
	}
	base, err := url.Parse(p.config.Address)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.User != nil {
		diags = append(diags, sdk.Withheld(sdk.Errorf(p.config.AddressRange, "Invalid address", "Write the URL of the upstream, without a password: \"https://vault.example.com:8200\".")))
	}
	p.upstream = upstream{base: base, tokenFile: c.Path(p.config.TokenFile), client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // nobody else gets the token
	}}
	if _, err := p.upstream.token(); err != nil {
		diags = append(diags, sdk.Errorf(p.config.TokenFileRange, "Unusable token file", "The token cannot be read: %v.", err))
	}
	return diags
}

// Tree returns one live node for all secrets.
func (p *plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	return sdk.Tree{mount: sdk.Live{Subtree: true, Resolve: p.resolve}}, nil
}

// resolve asks the upstream. Ctx ends with the resolve timeout of the plugin's
// block, and with it the request to the upstream.
func (p *plugin) resolve(ctx context.Context, r *sdk.Request) (sdk.Leaf, error) {
	name := strings.TrimPrefix(r.Path, mount+"/")
	if !names.MatchString(name) || name == r.Path { // secrets are not listed
		return sdk.Leaf{}, sdk.ErrNotFound
	}
	value, err := p.upstream.read(ctx, name)
	leaf := sdk.Text(value)
	leaf.Audit = map[string]string{"secret": name} // the log tells who has read it
	return leaf, err
}
