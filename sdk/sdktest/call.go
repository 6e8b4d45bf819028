package sdktest

import (
	"github.com/mockmd/mockmd/sdk"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Act calls an action. The error is that of the action, or of the transport.
func (p *Plugin) Act(action string, body []byte) ([]byte, error) {
	p.t.Helper()
	r, err := p.rpc.Act(p.t.Context(), &pluginv1.ActRequest{Action: action, Body: body})
	if err != nil {
		return nil, err
	}
	if e := r.GetError(); e != nil {
		return nil, &ActionError{Kind: e.GetKind().String(), Message: e.GetMessage()}
	}
	return r.GetBody(), nil
}

// ActionError is an action that was refused or failed.
type ActionError struct {
	// Kind is KIND_INVALID, KIND_CONFLICT or KIND_FAILED.
	Kind string
	// Message is what the caller is told.
	Message string
}

// Error is the message.
func (e *ActionError) Error() string { return e.Message }

// Resolve asks a live node of an instance: node is its path, path what is
// asked for. A path that is not there gives [sdk.ErrNotFound].
func (p *Plugin) Resolve(instance, node, path string) (sdk.Leaf, error) {
	p.t.Helper()
	r, err := p.rpc.Resolve(p.t.Context(), &pluginv1.ResolveRequest{
		Instance: instance, Node: node, Path: path, Version: "latest", Client: "127.0.0.1",
	})
	switch {
	case err != nil:
		return sdk.Leaf{}, err
	case r.GetLeaf() == nil:
		return sdk.Leaf{}, sdk.ErrNotFound
	}
	return decodeLeaf(r.GetLeaf()), nil
}
