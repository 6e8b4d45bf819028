package identity

import (
	"bytes"
	"encoding/base64"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands are those of the EC2 user guide, pages verify-pkcs7,
// verify-rsa2048 and verify-signature.
func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	openssl := findOpenSSL(t)
	g := signer(t)
	doc := g.body("document")
	for _, name := range []string{"pkcs7", "rsa2048"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			certificate := filepath.Join(dir, "certificate")
			write(t, certificate, pairs(t)[name].certificatePEM())
			file := filepath.Join(dir, name)
			verify := func(body []byte) (stdout, stderr string, err error) {
				write(t, file, []byte("-----BEGIN PKCS7-----\n"+string(body)+"\n-----END PKCS7-----\n"))
				return run(t, openssl, "smime", "-verify", "-in", file, "-inform", "PEM", "-certfile", certificate, "-noverify")
			}
			stdout, stderr, err := verify(g.body(name))
			if err != nil || stdout != string(doc) || !strings.Contains(stderr, "Verification successful") {
				t.Errorf("openssl: %v\n%s\nprinted %q", err, stderr, stdout)
			}
			if stdout, stderr, err := verify(tampered(t, g.body(name))); err == nil || strings.Contains(stderr, "Verification successful") {
				t.Errorf("a document that was changed passes: %s", stdout)
			}
			write(t, certificate, pairs(t)["signature"].certificatePEM())
			if _, _, err := verify(g.body(name)); err == nil {
				t.Error("another certificate passes")
			}
		})
	}
	t.Run("signature", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		in := func(name string) string { return filepath.Join(dir, name) }
		write(t, in("certificate"), pairs(t)["signature"].certificatePEM())
		key, stderr, err := run(t, openssl, "x509", "-pubkey", "-noout", "-in", in("certificate"))
		if err != nil {
			t.Fatalf("public key: %v %s", err, stderr)
		}
		raw, err := base64.StdEncoding.DecodeString(string(g.body("signature")))
		if err != nil {
			t.Fatal(err)
		}
		write(t, in("key"), []byte(key))
		write(t, in("signature"), raw)
		write(t, in("document"), doc)
		verify := []string{"dgst", "-sha256", "-verify", in("key"), "-signature", in("signature"), in("document")}
		if stdout, stderr, err := run(t, openssl, verify...); err != nil || stdout != "Verified OK\n" {
			t.Errorf("openssl: %v %s printed %q", err, stderr, stdout)
		}
		write(t, in("document"), append(bytes.Clone(doc), '\n'))
		if stdout, _, err := run(t, openssl, verify...); err == nil {
			t.Errorf("a document that was changed passes: %q", stdout)
		}
	})
}

// What openssl makes of the certificates.
func TestCertificates(t *testing.T) {
	t.Parallel()
	openssl := findOpenSSL(t)
	for name, want := range map[string][]string{
		"pkcs7":     {"Version: 1 (0x0)", "Signature Algorithm: dsaWithSHA1", "Public Key Algorithm: dsaEncryption", "Public-Key: (1024 bit)"},
		"rsa2048":   {"Version: 3 (0x2)", "Signature Algorithm: sha256WithRSAEncryption", "Public-Key: (2048 bit)"},
		"signature": {"Version: 3 (0x2)", "Signature Algorithm: sha1WithRSAEncryption", "Public-Key: (1024 bit)"},
	} {
		file := filepath.Join(t.TempDir(), name)
		write(t, file, pairs(t)[name].certificatePEM())
		text, stderr, err := run(t, openssl, "x509", "-noout", "-text", "-in", file)
		if err != nil {
			t.Fatalf("%s: %v %s", name, err, stderr)
		}
		want = append(want, "Not Before: Jan  1 00:00:00 1970 GMT", "Not After : Dec 31 23:59:59 2199 GMT",
			"Issuer: C = US, ST = Washington State, L = Seattle, O = mockmd", "Subject: C = US, ST = Washington State, L = Seattle, O = mockmd")
		text = strings.NewReplacer("C=US, ST=", "C = US, ST = ", ", L=", ", L = ", ", O=", ", O = ").Replace(text)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in:\n%s", name, w, text)
			}
		}
	}
	// The one of pkcs7 is signed by hand.
	file := filepath.Join(t.TempDir(), "pkcs7")
	write(t, file, pairs(t)["pkcs7"].certificatePEM())
	if _, stderr, err := run(t, openssl, "verify", "-auth_level", "0", "-check_ss_sig", "-CAfile", file, file); err != nil {
		t.Errorf("openssl verify: %v %s", err, stderr)
	}
}

// tampered changes a byte of the document inside a message.
func tampered(t *testing.T, body []byte) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(string(body))
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Replace(raw, []byte("123456789012"), []byte("123456789013"), 1)
	if bytes.Equal(out, raw) {
		t.Fatal("nothing to change")
	}
	return lines(out)
}

func findOpenSSL(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("NOT CHECKED: openssl is not installed, so the commands of the EC2 user guide were not run")
	}
	return path
}

func run(t *testing.T, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}
