package identity

import (
	"context"
	"encoding/json"

	"github.com/mockmd/mockmd/sdk"
)

// Actions returns identity/certificates, which tells the certificates that the
// signatures are verified with: a JSON object from kind to PEM.
func (p *plugin) Actions() []sdk.Action {
	return []sdk.Action{{
		Name:     "identity/certificates",
		ReadOnly: true,
		Doc:      "The certificates of the identity document's signatures: a JSON object from pkcs7, rsa2048 and signature to PEM.",
		Do:       p.certificates,
	}}
}

func (p *plugin) certificates(ctx context.Context, _ []byte) ([]byte, error) {
	out := map[string]string{}
	for _, k := range kinds() {
		pair, err := p.keys.wait(ctx, k)
		if err != nil {
			return nil, sdk.Conflict("the key pair of %s is still being made: ask again", k.name)
		}
		out[k.name] = string(pair.certificatePEM())
	}
	return json.Marshal(out)
}
