package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Each case spoils the pair of pkcs7, whose block is givenPKCS7.
func TestGivenKeysRefused(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	dsaWith := func(change func(*opensslDSAKey)) []byte {
		k := pairs(t)["pkcs7"].key.(dsaKey)
		in := opensslDSAKey{P: k.P, Q: k.Q, G: k.G, Y: k.Y, X: k.X}
		change(&in)
		der, err := asn1.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	cases := map[string]struct {
		spoil  func(g given)
		config string // instead of givenPKCS7
		want   []string
	}{
		"no such files": {
			spoil:  func(given) {},
			config: "key \"pkcs7\" {\n  certificate_file = \"a\"\n  private_key_file = \"/no/b\"\n}",
			want: []string{
				"2: Certificate cannot be used; D/a cannot be opened: no such file or directory.",
				"3: Private key cannot be used; /no/b cannot be opened: no such file or directory.",
			},
		},
		"a folder": {
			spoil:  func(given) {},
			config: "key \"pkcs7\" {\n  certificate_file = \"\"\n  private_key_file = \".\"\n}",
			want: []string{
				"2: Certificate cannot be used; D is not a regular file.",
				"3: Private key cannot be used; D is not a regular file.",
			},
		},
		"a pipe": {
			spoil: func(g given) {
				if err := errors.Join(os.Remove(g.dir+"/pkcs7.key"), syscall.Mkfifo(g.dir+"/pkcs7.key", 0o600)); err != nil {
					t.Error(err)
				}
			},
			want: []string{"3: Private key cannot be used; D/pkcs7.key is not a regular file."},
		},
		"too large": {
			spoil: func(g given) { g.write("pkcs7.crt", make([]byte, 16<<10+1)) },
			want:  []string{"2: Certificate cannot be used; D/pkcs7.crt has more than 16384 bytes."},
		},
		"exchanged": {
			spoil: func(given) {},
			config: strings.NewReplacer("pkcs7.crt", "pkcs7.key", "pkcs7.key", "pkcs7.crt").
				Replace(givenPKCS7),
			want: []string{
				"2: Certificate cannot be used; D/pkcs7.key holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).",
				"3: Private key cannot be used; D/pkcs7.crt holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).",
			},
		},
		"damaged certificate": {
			spoil: func(g given) { g.key("pkcs7.crt", "CERTIFICATE", []byte("canary")) },
			want:  []string{"2: Certificate cannot be used; D/pkcs7.crt holds a certificate that cannot be read: malformed certificate."},
		},
		"damaged keys": {
			spoil:  func(g given) { g.key("pkcs7.key", "PRIVATE KEY", []byte("canary")) },
			want:   []string{"3: Private key cannot be used; D/pkcs7.key holds a private key that cannot be read."},
			config: givenPKCS7,
		},
		"damaged key of RSA": {
			spoil: func(g given) { g.key("pkcs7.key", "RSA PRIVATE KEY", []byte("canary")) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds a private key that cannot be read."},
		},
		"damaged key of DSA": {
			spoil: func(g given) { g.key("pkcs7.key", "DSA PRIVATE KEY", []byte("canary")) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds a private key that cannot be read."},
		},
		"unknown form": {
			spoil: func(g given) { g.key("pkcs7.key", "OPENSSH PRIVATE KEY", []byte("canary")) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds a private key that cannot be read."},
		},
		"encrypted": {
			spoil: func(g given) { g.key("pkcs7.key", "ENCRYPTED PRIVATE KEY", []byte("canary")) },
			want: []string{
				"3: Private key cannot be used; D/pkcs7.key holds an encrypted private key: decrypt it, for example with openssl pkey.",
			},
		},
		"encrypted in the older form": {
			spoil: func(g given) {
				g.write("pkcs7.key", pem.EncodeToMemory(&pem.Block{
					Type: "DSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: []byte("canary"),
				}))
			},
			want: []string{
				"3: Private key cannot be used; D/pkcs7.key holds an encrypted private key: decrypt it, for example with openssl pkey.",
			},
		},
		"ECDSA": {
			spoil: func(g given) { g.key("pkcs7.key", "PRIVATE KEY", pkcs8(curve)) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds an ECDSA key; only DSA and RSA keys are of use."},
		},
		"ECDSA in the older form": {
			spoil: func(g given) { g.key("pkcs7.key", "EC PRIVATE KEY", []byte("canary")) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds an ECDSA key; only DSA and RSA keys are of use."},
		},
		"Ed25519": {
			spoil: func(g given) { g.key("pkcs7.key", "PRIVATE KEY", pkcs8(edwards)) },
			want:  []string{"3: Private key cannot be used; D/pkcs7.key holds an Ed25519 key; only DSA and RSA keys are of use."},
		},
		"DSA of another size": {
			spoil: func(g given) {
				g.key("pkcs7.key", "DSA PRIVATE KEY", dsaWith(func(k *opensslDSAKey) { k.P = new(big.Int).Lsh(k.P, 1024) }))
			},
			want: []string{
				"3: Private key cannot be used; D/pkcs7.key is a DSA key of 2048 bits with a q of 160, and not of 1024 with 160.",
			},
		},
		"DSA without a sense": {
			spoil: func(g given) {
				g.key("pkcs7.key", "DSA PRIVATE KEY", dsaWith(func(k *opensslDSAKey) { k.G = big.NewInt(2) }))
			},
			want: []string{"3: Private key cannot be used; D/pkcs7.key is a DSA key whose numbers make no sense."},
		},
		"DSA too large a secret": {
			spoil: func(g given) {
				g.key("pkcs7.key", "DSA PRIVATE KEY", dsaWith(func(k *opensslDSAKey) { k.X = k.P }))
			},
			want: []string{"3: Private key cannot be used; D/pkcs7.key is a DSA key whose numbers make no sense."},
		},
		"another key of DSA": {
			spoil: func(g given) {
				other, err := makeDSAKey(rand.Reader)
				if err != nil {
					t.Error(err)
				}
				der, err := other.pkcs8()
				if err != nil {
					t.Error(err)
				}
				g.key("pkcs7.key", "PRIVATE KEY", der)
			},
			want: []string{
				"3: Private key of another certificate; D/pkcs7.key holds a private key that does not belong to the certificate of D/pkcs7.crt.",
			},
		},
		"another key of RSA": {
			spoil:  func(g given) { g.key("signature.key", "PRIVATE KEY", pkcs8(small)) },
			config: strings.ReplaceAll(givenPKCS7, "pkcs7", "signature"),
			want: []string{
				"3: Private key of another certificate; D/signature.key holds a private key that does not belong to the certificate of D/signature.crt.",
			},
		},
		"RSA for pkcs7": {
			spoil:  func(given) {},
			config: strings.ReplaceAll(strings.ReplaceAll(givenPKCS7, "pkcs7.crt", "rsa2048.crt"), "pkcs7.key", "rsa2048.key"),
			want: []string{
				"2: Certificate cannot be used; D/rsa2048.crt holds a certificate with an RSA key of 2048 bits; pkcs7 needs a DSA key of 1024 bits with a q of 160.",
			},
		},
		"too small for rsa2048": {
			spoil:  func(given) {},
			config: strings.Replace(strings.ReplaceAll(givenPKCS7, "pkcs7", "signature"), "signature", "rsa2048", 1),
			want: []string{
				"2: Certificate cannot be used; D/signature.crt holds a certificate with an RSA key of 1024 bits; rsa2048 needs an RSA key of at least 2048 bits.",
			},
		},
		"DSA for signature": {
			spoil:  func(given) {},
			config: strings.Replace(givenPKCS7, "pkcs7", "signature", 1),
			want: []string{
				"2: Certificate cannot be used; D/pkcs7.crt holds a certificate with a DSA key of 1024 bits with a q of 160; signature needs an RSA key of at least 1024 bits.",
			},
		},
		"open to others": {
			spoil: func(g given) {
				if err := os.Chmod(g.dir+"/pkcs7.key", 0o644); err != nil {
					t.Error(err)
				}
			},
			want: []string{"3: Private key is open to others; Others than its owner may use D/pkcs7.key (mode 0644): run chmod 600 on it."},
		},
		"not valid at the launch": {
			spoil: func(g given) {
				p := pairs(t)["rsa2048"]
				template := &x509.Certificate{
					SerialNumber: big.NewInt(7), NotBefore: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC),
				}
				key := p.key.(rsaKey)
				der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key.PrivateKey)
				if err != nil {
					t.Error(err)
				}
				g.key("rsa2048.crt", "CERTIFICATE", der)
			},
			config: strings.ReplaceAll(givenPKCS7, "pkcs7", "rsa2048"),
			want: []string{"2: Certificate is not valid at the launch; The document is signed 5s after the launch, at 2025-06-07T08:09:15Z, " +
				"and the certificate is valid from 2030-01-02T03:04:05Z to 2031-01-02T03:04:05Z: some verifiers refuse that. Set launch_time of the instance."},
		},
		"unknown kind and duplicate": {
			spoil:  func(given) {},
			config: givenPKCS7 + "key \"dsa2048\" {\n certificate_file = \"a\"\n private_key_file = \"b\"\n}\n" + givenPKCS7,
			want: []string{
				"5: Unknown signature; The signatures of the identity document are pkcs7, rsa2048 and signature.",
				`9: Duplicate key; The key pair of "pkcs7" is given at config.hcl:1,5-12 already.`,
			},
		},
		"incomplete": {
			spoil:  func(given) {},
			config: "key \"pkcs7\" {\n  certificate_file = \"a\"\n  file = 1\n}\nkey {}\n",
			want: []string{
				`1: Missing required argument; The argument "private_key_file" is required`,
				"3: Unsupported argument",
				"2: Certificate cannot be used; D/a cannot be opened: no such file or directory.",
				"5: Missing kind for key",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGiven(t)
			c.spoil(g)
			if c.config == "" {
				c.config = givenPKCS7
			}
			g.configure(c.config, c.want...)
		})
	}
}
