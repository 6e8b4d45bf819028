package identity

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// given is a folder with a configuration and key pairs of the user.
type given struct {
	t   *testing.T
	dir string
}

func (g given) write(name string, data []byte) { write(g.t, filepath.Join(g.dir, name), data) }

func (g given) key(name, blockType string, der []byte) {
	g.write(name, pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}

// configure returns what the plugin says of config, paths shortened to D.
func (g given) configure(config string, want ...string) *sdktest.Plugin {
	g.t.Helper()
	p := sdktest.Start(g.t, New())
	p.Dir, p.StateDir = g.dir, filepath.Join(g.dir, "state")
	diags := p.Configure(config)
	for _, d := range diags {
		d.Detail = strings.ReplaceAll(d.Detail, g.dir, "D")
		expectNoKeys(g.t, "a diagnostic", d.Error(), pairs(g.t))
	}
	sdktest.Expect(g.t, diags, want...)
	return p
}

func newGiven(t *testing.T) given {
	t.Helper()
	g := given{t, t.TempDir()}
	for name, p := range pairs(t) {
		der, err := p.key.pkcs8()
		if err != nil {
			t.Fatal(err)
		}
		g.write(name+".crt", p.certificatePEM())
		g.key(name+".key", "PRIVATE KEY", der)
	}
	return g
}

const givenPKCS7 = "key \"pkcs7\" {\n  certificate_file = \"pkcs7.crt\"\n  private_key_file = \"pkcs7.key\"\n}\n"

// All pairs given: nothing is made, nothing is kept, links are followed.
func TestGivenKeys(t *testing.T) {
	t.Parallel()
	g := newGiven(t)
	if err := errors.Join(
		os.Rename(filepath.Join(g.dir, "pkcs7.key"), filepath.Join(g.dir, "..data")),
		os.Symlink("..data", filepath.Join(g.dir, "pkcs7.key")),
	); err != nil {
		t.Fatal(err)
	}
	p := g.configure(givenPKCS7 + `
key "rsa2048" {
  certificate_file = "rsa2048.crt"
  private_key_file = "` + g.dir + `/rsa2048.key"
}
key "signature" {
  certificate_file = "./signature.crt"
  private_key_file = "state/../signature.key"
}
`)
	p.Run()
	for path, n := range p.Tree() {
		if _, live := n.(sdk.Live); live {
			t.Errorf("%s is live", path)
		}
	}
	answer, err := p.Act("identity/certificates", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name := range pairs(t) {
		if !bytes.Contains(answer, bytes.ReplaceAll(bytes.TrimSpace(pairs(t)[name].certificatePEM()), []byte("\n"), []byte(`\n`))) {
			t.Errorf("the certificate of %s is not told: %s", name, answer)
		}
	}
	expectNoKeys(t, "the answer", string(answer), pairs(t))
	if _, err := os.Lstat(p.StateDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a state folder was made: %v", err)
	}
}

// The forms in which tools write keys, and certificates with others behind.
func TestFormsOfKeys(t *testing.T) {
	t.Parallel()
	g := newGiven(t)
	k := pairs(t)["pkcs7"].key.(dsaKey)
	der, err := asn1.Marshal(opensslDSAKey{P: k.P, Q: k.Q, G: k.G, Y: k.Y, X: k.X})
	if err != nil {
		t.Fatal(err)
	}
	params := pem.EncodeToMemory(&pem.Block{Type: "DSA PARAMETERS", Bytes: []byte{0x30, 0}})
	g.write("pkcs7.key", append(params, pem.EncodeToMemory(&pem.Block{Type: "DSA PRIVATE KEY", Bytes: der})...))
	g.write("pkcs7.crt", append(append([]byte("a comment\n"), pairs(t)["pkcs7"].certificatePEM()...), pairs(t)["rsa2048"].certificatePEM()...))
	g.key("rsa2048.key", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(pairs(t)["rsa2048"].key.(rsaKey).PrivateKey))
	p := g.configure(givenPKCS7 + "key \"rsa2048\" {\n  certificate_file = \"rsa2048.crt\"\n  private_key_file = \"rsa2048.key\"\n}\n")
	p.Run()
	leaf, ok := p.Tree()[mount+"/pkcs7"].(sdk.Leaf)
	if !ok {
		t.Fatal("pkcs7 is not there at once")
	}
	if _, err := verifyAsVault(leaf.Body, pairs(t)["pkcs7"].certificate); err != nil {
		t.Error(err)
	}
}

// What openssl makes is taken as it is.
func TestKeysOfOpenSSL(t *testing.T) {
	t.Parallel()
	openssl := findOpenSSL(t)
	g := newGiven(t)
	path := func(name string) string { return filepath.Join(g.dir, name) }
	d := dsaParameters()
	der, err := asn1.Marshal(dsaDomain{d.P, d.Q, d.G})
	if err != nil {
		t.Fatal(err)
	}
	g.key("parameters", "DSA PARAMETERS", der)
	for _, args := range [][]string{
		{"genpkey", "-paramfile", path("parameters"), "-out", path("pkcs7.key")},
		{"req", "-new", "-x509", "-sha1", "-subj", "/O=example", "-days", "3650", "-key", path("pkcs7.key"), "-out", path("pkcs7.crt")},
	} {
		if _, stderr, err := run(t, openssl, args...); err != nil {
			t.Fatalf("openssl %s: %v %s", args[0], err, stderr)
		}
	}
	p := sdktest.Start(t, New())
	p.Dir = g.dir
	in := sdktest.Instance()
	in.LaunchTime = time.Now().UTC().Add(time.Hour)
	sdktest.Expect(t, p.Configure(givenPKCS7, in))
	p.Run()
	leaf, ok := p.Tree()[mount+"/pkcs7"].(sdk.Leaf)
	if !ok {
		t.Fatal("pkcs7 is not there at once")
	}
	certificate, err := parseCertificate(kinds()[0], readFile(t, path("pkcs7.crt")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifyAsVault(leaf.Body, certificate); err != nil {
		t.Error(err)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
