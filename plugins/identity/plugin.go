// Package identity is the built-in plugin that serves
// dynamic/instance-identity: who an instance is, in one document, and the
// signatures of that document. It makes the keys for them, or takes those that
// it is given. It imports the plugin SDK only.
package identity

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

const mount = "dynamic/instance-identity"

// New returns the plugin. See the README beside this file for its options.
func New() sdk.Plugin { return newPlugin(rand.Reader) }

// newPlugin takes the source of all randomness.
func newPlugin(random io.Reader) *plugin {
	return &plugin{
		make:   func(k kind) (*pair, error) { return k.make(random) },
		log:    hclog.NewNullLogger(),
		keys:   newKeyring(),
		signed: newSignatures(random),
		memory: map[string]*pair{},
	}
}

type plugin struct {
	make   func(kind) (*pair, error)
	log    hclog.Logger // set by Configure, with store
	store  store
	keys   *keyring
	signed *signatures
	memory map[string]*pair // pairs that stand in no file; of Restore, then of Run
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
	_ sdk.Documenter = (*plugin)(nil)
	_ sdk.Restorer   = (*plugin)(nil)
	_ sdk.Runner     = (*plugin)(nil)
	_ sdk.Actor      = (*plugin)(nil)
	_ sdk.Forgetter  = (*plugin)(nil)
)

// Mounts returns dynamic/instance-identity.
func (*plugin) Mounts() []string { return []string{mount} }

// Tree returns the instance identity document and its signatures. A signature
// whose key is still being made is a live node that waits for it.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	tree := sdk.Tree{
		mount:               sdk.Dir{Order: []string{"rsa2048", "pkcs7", "document", "signature"}, Since: "2009-04-04"},
		mount + "/document": sdk.Leaf{Body: document(in), Since: "2009-04-04"},
	}
	for _, k := range kinds() {
		path := mount + "/" + k.name
		pair := p.keys.get(k)
		if pair == nil {
			tree[path] = sdk.Live{Resolve: p.waiting(k), Since: k.since}
			continue
		}
		body, err := p.signed.of(k, pair, in)
		if err != nil {
			return nil, err
		}
		tree[path] = sdk.Leaf{Body: body, Since: k.since}
	}
	return tree, nil
}

// Forget lets the signatures of an instance go that is gone.
func (p *plugin) Forget(in *sdk.Instance) { p.signed.forget(in.Label) }

// waiting answers once the key is there.
func (p *plugin) waiting(k kind) func(context.Context, *sdk.Request) (sdk.Leaf, error) {
	return func(ctx context.Context, r *sdk.Request) (sdk.Leaf, error) {
		pair, err := p.keys.wait(ctx, k)
		if err != nil {
			return sdk.Leaf{}, err
		}
		body, err := p.signed.of(k, pair, r.Instance)
		if err != nil {
			return sdk.Leaf{}, err
		}
		return sdk.Leaf{Body: body}, nil
	}
}
