// Package identity is the built-in plugin that serves
// dynamic/instance-identity: who an instance is, in one document. It knows
// nothing but the instance's facts, and it imports the plugin SDK only.
package identity

import (
	"context"

	"github.com/mockmd/mockmd/sdk"
)

const mount = "dynamic/instance-identity"

// New returns the plugin. It takes no options.
func New() sdk.Plugin { return plugin{} }

type plugin struct{}

var (
	_ sdk.Plugin  = plugin{}
	_ sdk.Mounter = plugin{}
)

// Mounts returns dynamic/instance-identity.
func (plugin) Mounts() []string { return []string{mount} }

// Tree returns the instance identity document.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
func (plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	leaf := sdk.Leaf{Body: document(in), Since: "2009-04-04"}
	return sdk.Tree{mount + "/document": leaf}, nil
}
