package instance

import "github.com/mockmd/mockmd/sdk"

// managedSSHKeys is what EC2 Instance Connect puts into the metadata of an
// instance for its sshd to find.
//
// https://github.com/aws/aws-ec2-instance-connect-config
type managedSSHKeys struct {
	signerCert string            // PEM: the certificate of the signer and its chain
	signerOCSP map[string]string // base64 of OCSP responses, by certificate
	activeKeys map[string]string // signed keys, by user
}

// managedSSHKeys adds them. The key blobs are served as they are: Instance
// Connect drops a last line that has no newline.
func (b builder) managedSSHKeys(k *managedSSHKeys) {
	const dir = "managed-ssh-keys/"
	b.add(dir+"signer-cert", k.signerCert, sinceSSHKeys)
	for name, staple := range k.signerOCSP {
		b.add(dir+"signer-ocsp/"+name, staple, sinceSSHKeys)
	}
	for user, blob := range k.activeKeys {
		b["meta-data/"+dir+"active-keys/"+user] = sdk.Leaf{Body: []byte(blob), Label: user + "/", Since: sinceSSHKeys}
	}
}
