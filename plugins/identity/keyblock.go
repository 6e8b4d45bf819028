package identity

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// keyBlock is key "KIND" { … }: a key pair that the user gives.
type keyBlock struct {
	Kind                 string    `hcl:"kind,label" doc:"The signature that is made with it: pkcs7, rsa2048 or signature."`
	KindRange            hcl.Range `hcl:"kind,label_range"`
	CertificateFile      string    `hcl:"certificate_file" doc:"File with the certificate as PEM; of several the first is taken." example:"keys/rsa2048.crt"`
	CertificateFileRange hcl.Range `hcl:"certificate_file,attr_value_range"`
	PrivateKeyFile       string    `hcl:"private_key_file" doc:"File with its private key as PEM, not encrypted: PKCS #8, or the older forms of RSA and DSA." example:"keys/rsa2048.key"`
	PrivateKeyFileRange  hcl.Range `hcl:"private_key_file,attr_value_range"`
}

// maxGiven is the size in bytes that a given file may have: a chain of
// certificates is far smaller, and the three certificates must fit into the
// answer of an action.
const maxGiven = 16 << 10

// load reads the pair; nil when it is of no use.
func (b *keyBlock) load(c *sdk.Config, k kind) (*pair, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	p := &pair{}
	path := c.Path(b.CertificateFile)
	data, _, err := readGiven(path)
	if err == nil {
		p.certificate, err = parseCertificate(k, data)
	}
	if err != nil {
		diags = append(diags, sdk.Errorf(b.CertificateFileRange, "Certificate cannot be used", "%s %s.", path, err))
	} else {
		diags = append(diags, b.checkDates(c, k, p.certificate)...)
	}
	path = c.Path(b.PrivateKeyFile)
	data, mode, err := readGiven(path)
	if err == nil {
		p.key, err = parseKey(data)
	}
	switch {
	case err != nil:
		diags = append(diags, sdk.Errorf(b.PrivateKeyFileRange, "Private key cannot be used", "%s %s.", path, err))
	case p.certificate != nil && !p.key.belongs(p.certificate.PublicKey):
		diags = append(diags, sdk.Errorf(b.PrivateKeyFileRange, "Private key of another certificate",
			"%s holds a private key that does not belong to the certificate of %s.", path, c.Path(b.CertificateFile)))
	}
	if mode&0o077 != 0 {
		diags = append(diags, sdk.Warningf(b.PrivateKeyFileRange, "Private key is open to others",
			"Others than its owner may use %s (mode %04o): run chmod 600 on it.", path, mode))
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return p, diags
}

// checkDates warns when the certificate is not valid at the time that the
// signatures tell: some verifiers, Vault's among them, compare the two.
func (b *keyBlock) checkDates(c *sdk.Config, k kind, cert *x509.Certificate) hcl.Diagnostics {
	for _, in := range c.Instances {
		at := in.LaunchTime.Add(signDelay)
		if k.dated && (at.Before(cert.NotBefore) || at.After(cert.NotAfter)) {
			return hcl.Diagnostics{sdk.Warningf(b.CertificateFileRange, "Certificate is not valid at the launch",
				"The document is signed %s after the launch, at %s, and the certificate is valid from %s to %s: some verifiers refuse that. Set launch_time of the instance.",
				signDelay, at.UTC().Format(time.RFC3339), cert.NotBefore.UTC().Format(time.RFC3339), cert.NotAfter.UTC().Format(time.RFC3339))}
		}
	}
	return nil
}

// patience is how long a file that waits is waited for.
const patience = 2 * time.Second

// readGiven reads a file of the user, and returns its permissions. Links are
// followed, since orchestrators project secrets as links. The error continues
// the path.
func readGiven(path string) (data []byte, mode fs.FileMode, err error) {
	// Without O_NONBLOCK a pipe would block here for ever.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot be opened: %w", bare(err))
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("cannot be looked at: %w", bare(err))
	case !info.Mode().IsRegular():
		return nil, 0, errors.New("is not a regular file")
	}
	// Some files below /proc are regular and yet wait for something to happen;
	// those that never wait take no deadline.
	_ = f.SetReadDeadline(time.Now().Add(patience))
	data, err = io.ReadAll(io.LimitReader(f, maxGiven+1))
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("cannot be read: %w", bare(err))
	case len(data) > maxGiven:
		return nil, 0, fmt.Errorf("has more than %d bytes", maxGiven)
	}
	return data, info.Mode().Perm(), nil
}

// bare leaves the path out, which the text has already.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
