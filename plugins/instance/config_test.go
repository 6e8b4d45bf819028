package instance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/plugins/instance"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestConfigDiagnostics(t *testing.T) {
	t.Parallel()
	cert := read(t, "signer.pem")
	block := func(lines ...string) string {
		return "managed_ssh_keys {\n" + strings.Join(lines, "\n") + "\n}"
	}
	key := "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
	for _, c := range []struct {
		name, config string
		want         []string
	}{
		{"nothing", "", nil},
		{"empty block", block(), nil},
		{"everything", allOptions(t), nil},
		{"users of all shapes", block(`active_keys = { root = "x", _apt = "x", "a.b@c-d" = "x", "machine$" = "x" }`), nil},
		{"unknown argument", "managed_ssh_key {}", []string{`1: Unsupported block type; Blocks of type "managed_ssh_key" are not expected here. Did you mean "managed_ssh_keys"?`}},
		{"unknown argument inside", block(`signer = "x"`), []string{`2: Unsupported argument; An argument named "signer" is not expected here.`}},
		{"two blocks", "managed_ssh_keys {}\nmanaged_ssh_keys {}", []string{"2: Duplicate managed_ssh_keys block"}},
		{"wrong types", block(`signer_cert = []`, `signer_ocsp = "x"`, `active_keys = ["x"]`), []string{
			"2: Unsuitable value type", "3: Unsuitable value type", "4: Unsuitable value type",
		}},
		{"HCL's mistakes and the plugin's together", block(`signer_cert = []`, `active_keys = { "a/b" = "x" }`, `x = 1`), []string{
			"2: Unsuitable value type", "3: Invalid user name", "4: Unsupported argument",
		}},
		{"empty certificate", block(`signer_cert = ""`), []string{
			"2: Invalid signer certificate; There is no certificate in it: it is PEM, the certificate of the signer first and those of its issuers after it.",
		}},
		{"no certificate", block(`signer_cert = "signer.pem"`), []string{"2: Invalid signer certificate; There is no certificate in it"}},
		{"private key beside it", block(fmt.Sprintf("signer_cert = %q", cert+key)), []string{
			"2: Invalid signer certificate; It has a block of the type PRIVATE KEY, and every client can read it: leave nothing but certificates in it.",
		}},
		{"half a certificate", block(fmt.Sprintf("signer_cert = %q", cert+"-----BEGIN CERTIFICATE-----\nMIIB\n")), []string{
			"2: Invalid signer certificate; It has a block that is not PEM, so clients cannot read it.",
		}},
		{"half a certificate in front", block(fmt.Sprintf("signer_cert = %q", strings.Replace(cert, "-----END CERTIFICATE-----", "", 1))), []string{
			"2: Invalid signer certificate; It has a block that is not PEM, so clients cannot read it.",
		}},
		{"no certificate in the block", block(`signer_cert = "-----BEGIN CERTIFICATE-----\nMTIz\n-----END CERTIFICATE-----\n"`), []string{
			"2: Invalid signer certificate; It has a certificate that cannot be read: malformed certificate.",
		}},
		{"responses", block(`signer_ocsp = {`, `"" = "MIIB"`, `".x" = "MIIB"`, `"a/b" = "MIIB"`, `"c" = "%"`, `"d" = "\n"`, `}`), []string{
			`2: Invalid name of an OCSP response; "" cannot be listed: a name has 1 to 255 letters, digits and characters of _.- and no dot in front. Clients look for the SHA-1 fingerprint of the certificate, 40 hexadecimal digits in capitals.`,
			`2: Invalid name of an OCSP response; ".x" cannot be listed`,
			`2: Invalid name of an OCSP response; "a/b" cannot be listed`,
			`2: Invalid OCSP response; The response "c" is not base64: use filebase64("…") for one in a file of DER.`,
			`2: Invalid OCSP response; The response "d" is empty: leave it out.`,
		}},
		{"users", block(`active_keys = {`, `"" = "x"`, `".." = "x"`, `"a b" = "x"`, `"9a" = "x"`, `"`+strings.Repeat("u", 33)+`" = "x"`, `bob = " \n"`, `}`), []string{
			`2: Invalid user name; EC2 Instance Connect takes no keys for "": a user's name has 1 to 32 letters, digits and characters of @._-, begins with a letter or _, and may end in $.`,
			`2: Invalid user name; EC2 Instance Connect takes no keys for ".."`,
			`2: Invalid user name; EC2 Instance Connect takes no keys for "a b"`,
			`2: Invalid user name; EC2 Instance Connect takes no keys for "9a"`,
			`2: Invalid user name; EC2 Instance Connect takes no keys for "uuu`,
			`2: Invalid key blob; The keys of "bob" are empty: leave the user out.`,
		}},
		{"a bad type among bad values", block(`signer_ocsp = {`, `a = "%"`, `b = []`, `}`, `active_keys = { bob = "", carol = null }`), []string{
			"2: Unsuitable value type", "6: Unsuitable value: null value is not allowed",
		}},
		{"null values", block(`signer_ocsp = { a = null }`, `active_keys = { bob = null }`), []string{
			"2: Unsuitable value: null value is not allowed", "3: Unsuitable value: null value is not allowed",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sdktest.Expect(t, sdktest.Start(t, instance.New()).Configure(c.config), c.want...)
		})
	}
}

// A mistake in the certificate's file must not bring its contents to a log.
func TestDiagnosticsKeepSecrets(t *testing.T) {
	t.Parallel()
	const canary = "Y2FuYXJ5IG9mIGEgcHJpdmF0ZSBrZXk="
	for _, kind := range []string{"EC PRIVATE KEY", "CERTIFICATE"} {
		pem := "-----BEGIN " + kind + "-----\n" + canary + "\n-----END " + kind + "-----\n"
		diags := sdktest.Start(t, instance.New()).Configure(fmt.Sprintf("managed_ssh_keys {\n  signer_cert = %q\n}", pem))
		if !diags.HasErrors() || strings.Contains(diags.Error(), canary[:8]) || strings.Contains(diags.Error(), "canary") {
			t.Errorf("%s: %v", kind, diags)
		}
	}
}

func TestMountsWithNothingToServe(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, instance.New())
	p.Mount = []string{"meta-data", "dynamic", "dynamic/instance-identity", "user-data2"}
	text := func(mount string) string {
		return `1: Nothing to serve at a mount; The plugin has nothing at or below "` + mount +
			`". Its own mounts are dynamic/fws, meta-data, user-data: name some of these or paths below them, or leave the mount argument out for all.`
	}
	sdktest.Expect(t, p.Configure(""), text("dynamic/instance-identity"), text("user-data2"))
}
