package instance

import "github.com/mockmd/mockmd/sdk"

// publicKey adds the key pair named at launch. It is listed as 0=NAME and found
// at 0, and its line is the one value of the real service that ends in a
// newline.
func (b builder) publicKey(in *sdk.Instance) {
	if in.KeyName == "" || in.PublicKey == "" {
		return
	}
	b["meta-data/public-keys/0"] = sdk.Dir{Label: "0=" + in.KeyName}
	b.add("public-keys/0/openssh-key", in.PublicKey+"\n", always)
}
