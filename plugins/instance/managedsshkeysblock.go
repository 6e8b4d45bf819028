package instance

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// managedSSHKeysBlock is managed_ssh_keys { … }.
type managedSSHKeysBlock struct {
	SignerCert      *string           `hcl:"signer_cert" doc:"Certificate of the signer and its chain, as PEM."`
	SignerCertRange hcl.Range         `hcl:"signer_cert,attr_value_range"`
	SignerOCSP      map[string]string `hcl:"signer_ocsp,optional" doc:"SHA-1 fingerprint of a certificate to its OCSP response in base64."`
	SignerOCSPRange hcl.Range         `hcl:"signer_ocsp,attr_value_range"`
	ActiveKeys      map[string]string `hcl:"active_keys,optional" doc:"User to the signed keys of that user."`
	ActiveKeysRange hcl.Range         `hcl:"active_keys,attr_value_range"`
}

var (
	// ocspNamePattern holds the fingerprints under which the real service
	// lists its responses, and whatever clients take for a plain name.
	ocspNamePattern = lazyregexp.New(`^[\w-][\w.-]{0,254}$`)
	// userPattern is InstanceOSUser of the API of EC2 Instance Connect.
	//
	// https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html
	userPattern = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?$`)
)

// check returns what the block says. Only the blobs keep a newline at the end.
func (b *managedSSHKeysBlock) check() (managedSSHKeys, hcl.Diagnostics) {
	keys := managedSSHKeys{signerOCSP: map[string]string{}, activeKeys: b.ActiveKeys}
	var diags hcl.Diagnostics
	if b.SignerCert != nil {
		keys.signerCert = strings.TrimRight(*b.SignerCert, "\r\n")
		if problem := checkCertificates(keys.signerCert); problem != "" {
			diags = append(diags, sdk.Errorf(b.SignerCertRange, "Invalid signer certificate", "%s", problem))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.SignerOCSP)) {
		staple := strings.TrimRight(b.SignerOCSP[name], "\r\n")
		keys.signerOCSP[name] = staple
		if !ocspNamePattern.MatchString(name) {
			diags = append(diags, sdk.Errorf(b.SignerOCSPRange, "Invalid name of an OCSP response",
				"%q cannot be listed: a name has 1 to 255 letters, digits and characters of _.- and no dot in front. Clients look for the SHA-1 fingerprint of the certificate, 40 hexadecimal digits in capitals.", name))
		}
		switch data, err := base64.StdEncoding.DecodeString(staple); {
		case err != nil:
			diags = append(diags, sdk.Errorf(b.SignerOCSPRange, "Invalid OCSP response",
				"The response %q is not base64: use filebase64(\"…\") for one in a file of DER.", name))
		case len(data) == 0:
			diags = append(diags, sdk.Errorf(b.SignerOCSPRange, "Invalid OCSP response", "The response %q is empty: leave it out.", name))
		}
	}
	for _, user := range slices.Sorted(maps.Keys(b.ActiveKeys)) {
		if !userPattern.MatchString(user) {
			diags = append(diags, sdk.Errorf(b.ActiveKeysRange, "Invalid user name",
				"EC2 Instance Connect takes no keys for %q: a user's name has 1 to 32 letters, digits and characters of @._-, begins with a letter or _, and may end in $.", user))
		}
		if strings.TrimSpace(b.ActiveKeys[user]) == "" {
			diags = append(diags, sdk.Errorf(b.ActiveKeysRange, "Invalid key blob", "The keys of %q are empty: leave the user out.", user))
		}
	}
	for i, d := range diags { // a private key may have been taken for what belongs here
		diags[i] = sdk.Withheld(d)
	}
	return keys, diags
}

// checkCertificates says what is wrong with a bundle, and never what is in it.
func checkCertificates(bundle string) string {
	marks := strings.Count(bundle, "-----BEGIN ")
	rest := []byte(bundle)
	for n := 0; ; n++ {
		var block *pem.Block
		block, rest = pem.Decode(rest) // skips what it cannot read
		switch {
		case block == nil && marks == 0:
			return "There is no certificate in it: it is PEM, the certificate of the signer first and those of its issuers after it."
		case block == nil && n < marks:
			return "It has a block that is not PEM, so clients cannot read it."
		case block == nil:
			return ""
		case block.Type != "CERTIFICATE":
			return "It has a block of the type " + block.Type + ", and every client can read it: leave nothing but certificates in it."
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "It has a certificate that cannot be read: " + strings.TrimPrefix(err.Error(), "x509: ") + "."
		}
	}
}
