package identity

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // the real service signs pkcs7 with DSA
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
)

// verifyAsVault does what the aws auth method of HashiCorp Vault does with the
// pkcs7 of a login: line breaks taken out, armour put on, BER turned into DER,
// the certificates replaced by those that the operator has configured.
func verifyAsVault(body []byte, certificates ...*x509.Certificate) ([]byte, error) {
	armoured := "-----BEGIN PKCS7-----\n" + strings.ReplaceAll(string(body), "\n", "") + "\n-----END PKCS7-----"
	block, rest := pem.Decode([]byte(armoured))
	if block == nil || len(rest) > 0 {
		return nil, errors.New("no PEM block")
	}
	message, err := pkcs7.Parse(block.Bytes)
	if err != nil {
		return nil, err
	}
	if len(message.Certificates) > 0 || len(message.Signers) != 1 {
		return nil, errors.New("the message has certificates, or not one signer")
	}
	message.Certificates = certificates
	err = message.Verify()
	if errors.Is(err, x509.ErrUnsupportedAlgorithm) {
		// All has been checked but the signature: crypto/x509 knows no DSA,
		// for which Vault has code of its own.
		err = verifyDSA(message)
	}
	return message.Content, err
}

func verifyDSA(message *pkcs7.PKCS7) error {
	key, ok := message.GetOnlySigner().PublicKey.(*dsa.PublicKey)
	if !ok {
		return errors.New("the certificate has no DSA key")
	}
	signer := message.Signers[0]
	if !signer.DigestEncryptionAlgorithm.Algorithm.Equal(oidDSAWithSHA1) || !signer.DigestAlgorithm.Algorithm.Equal(oidSHA1) {
		return errors.New("the algorithm is not dsaWithSHA1")
	}
	attributes, err := asn1.MarshalWithParams(signer.AuthenticatedAttributes, "set")
	if err != nil {
		return err
	}
	var s dsaSignature
	if _, err := asn1.Unmarshal(signer.EncryptedDigest, &s); err != nil {
		return err
	}
	if digest := sha1.Sum(attributes); !dsa.Verify(key, digest[:], s.R, s.S) {
		return errors.New("the DSA signature is wrong")
	}
	return nil
}

func TestVaultVerifiesPKCS7(t *testing.T) {
	t.Parallel()
	g := signer(t)
	all := pairs(t)
	for _, launched := range []time.Time{g.in.LaunchTime, time.Date(2009, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2049, 12, 31, 23, 59, 57, 0, time.UTC)} {
		g.in.LaunchTime = launched
		for _, name := range []string{"pkcs7", "rsa2048"} {
			// Vault is given all of its certificates at once.
			content, err := verifyAsVault(g.body(name), all["signature"].certificate, all["pkcs7"].certificate, all["rsa2048"].certificate)
			if err != nil {
				t.Errorf("%s of %s: %v", name, launched, err)
			}
			if !bytes.Equal(content, g.body("document")) {
				t.Errorf("%s of %s holds %q", name, launched, content)
			}
			var doc struct{ InstanceID, ImageID, AccountID, Region, PendingTime string }
			if err := json.Unmarshal(content, &doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if at, err := time.Parse(time.RFC3339, doc.PendingTime); err != nil || !at.Equal(launched) || doc.InstanceID != g.in.ID || doc.AccountID != g.in.AccountID {
				t.Errorf("%s: read %+v, %v", name, doc, err)
			}
			if _, err := verifyAsVault(tampered(t, g.body(name)), all[name].certificate); err == nil {
				t.Errorf("%s: a document that was changed passes", name)
			}
			if _, err := verifyAsVault(g.body(name), all["signature"].certificate); err == nil {
				t.Errorf("%s: another certificate passes", name)
			}
		}
	}
}

// The other way of Vault, and the fallback of SPIRE.
func TestVaultVerifiesSignature(t *testing.T) {
	t.Parallel()
	g := signer(t)
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(g.body("signature")), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	certificate := pairs(t)["signature"].certificate
	if err := certificate.CheckSignature(x509.SHA256WithRSA, g.body("document"), raw); err != nil {
		t.Error(err)
	}
	if err := certificate.CheckSignature(x509.SHA256WithRSA, append(g.body("document"), '\n'), raw); err == nil {
		t.Error("a document that was changed passes")
	}
}

// A change anywhere in what is signed or tells the signer is noticed.
func TestEveryBitCounts(t *testing.T) {
	t.Parallel()
	g := signer(t)
	certificate := pairs(t)["pkcs7"].certificate
	raw, err := base64.StdEncoding.DecodeString(string(g.body("pkcs7")))
	if err != nil {
		t.Fatal(err)
	}
	want := g.body("document")
	from := bytes.Index(raw, want)
	for i := from; i < from+len(want); i += 7 {
		changed := slices.Clone(raw)
		changed[i] ^= 1
		if _, err := verifyAsVault(lines(changed), certificate); err == nil {
			t.Errorf("byte %d may be changed", i)
		}
	}
}
