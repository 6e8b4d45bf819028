package identity

import (
	"crypto/rand"
	"os"
	"testing"
)

// What an earlier run has kept is a mistake of the configuration when the user
// has to see to it.
func TestKeptKeysRefused(t *testing.T) {
	t.Parallel()
	good := func(t *testing.T, g given, name string) []byte {
		t.Helper()
		data, err := pairs(t)[name].encode()
		if err != nil {
			t.Fatal(err)
		}
		g.write("state/"+name+".pem", data)
		return data
	}
	cases := map[string]struct {
		spoil func(t *testing.T, g given)
		want  []string
	}{
		"good": {func(t *testing.T, g given) { good(t, g, "pkcs7") }, nil},
		"readable by others": {
			func(t *testing.T, g given) {
				good(t, g, "pkcs7")
				if err := os.Chmod(g.dir+"/state/pkcs7.pem", 0o640); err != nil {
					t.Error(err)
				}
			},
			[]string{"1: Key pair cannot be used; D/state/pkcs7.pem is readable by others (mode 0640): run chmod 600 D/state/pkcs7.pem."},
		},
		"folder others may change": {
			func(t *testing.T, g given) {
				good(t, g, "pkcs7")
				if err := os.Chmod(g.dir+"/state", 0o777); err != nil {
					t.Error(err)
				}
			},
			[]string{"1: Key pair cannot be used; D/state may be changed by others (mode 0777): run chmod 700 D/state."},
		},
		"cut off": {
			func(t *testing.T, g given) {
				data := good(t, g, "rsa2048")
				g.write("state/rsa2048.pem", data[:len(data)-100])
			},
			[]string{"1: Key pair cannot be used; D/state/rsa2048.pem holds no private key in PEM form (-----BEGIN PRIVATE KEY-----): " +
				"remove it, and mockmd makes a new key pair."},
		},
		"empty": {
			func(_ *testing.T, g given) { g.write("state/signature.pem", nil) },
			[]string{"1: Key pair cannot be used; D/state/signature.pem holds no certificate in PEM form (-----BEGIN CERTIFICATE-----): " +
				"remove it, and mockmd makes a new key pair."},
		},
		"of another kind": {
			func(t *testing.T, g given) { g.write("state/rsa2048.pem", good(t, g, "signature")) },
			[]string{"1: Key pair cannot be used; D/state/rsa2048.pem holds a certificate with an RSA key of 1024 bits; " +
				"rsa2048 needs an RSA key of at least 2048 bits: remove it, and mockmd makes a new key pair."},
		},
		"mixed up": {
			func(t *testing.T, g given) {
				other, err := makeSignaturePair(rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				g.write("state/signature.pem", append(other.certificatePEM(), good(t, g, "signature")[len(other.certificatePEM()):]...))
			},
			[]string{"1: Key pair cannot be used; D/state/signature.pem holds a private key that does not belong to its certificate: " +
				"remove it, and mockmd makes a new key pair."},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := given{t, t.TempDir()}
			c.spoil(t, g)
			before, err := os.ReadDir(g.dir + "/state")
			if err != nil {
				t.Fatal(err)
			}
			g.configure("", c.want...)
			if after, err := os.ReadDir(g.dir + "/state"); err != nil || len(after) != len(before) {
				t.Errorf("configuring changed %v into %v, %v", before, after, err)
			}
		})
	}
}
