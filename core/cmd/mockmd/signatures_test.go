package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSignaturesByOpenSSL verifies the signed identity documents of a running
// daemon with the commands of the EC2 user guide, and with the certificates
// that `mockmd identity certificates` prints.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-iid.html
func TestSignaturesByOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("NOT RUN: no openssl here (Debian packages as in .ci/run)")
	}
	d := startWithAdmin(t, "instance {\n  account_id = \"123456789012\"\n}\nplugin \"identity\" {}\n")
	identity := d.metadata + "/latest/dynamic/instance-identity/"
	_, document := get(t, identity+"document")
	d.write("document", document)

	for _, kind := range []string{"pkcs7", "rsa2048"} {
		_, body := get(t, identity+kind)
		d.write("certificate", d.certificates(kind))
		d.write("signed", "-----BEGIN PKCS7-----\n"+body+"\n-----END PKCS7-----\n")
		out, errs := d.openssl("smime", "-verify", "-in", "signed", "-inform", "PEM", "-certfile", "certificate", "-noverify")
		if out != document || !strings.Contains(errs, "Verification successful") {
			t.Errorf("%s: %s\n%q, want\n%q", kind, errs, out, document)
		}
		t.Logf("%s: %s", kind, strings.TrimSpace(errs))
	}

	_, body := get(t, identity+"signature")
	d.write("certificate", d.certificates("signature"))
	d.write("signature.base64", body+"\n")
	sig, _ := d.openssl("base64", "-d", "-in", "signature.base64")
	d.write("signature", sig)
	key, _ := d.openssl("x509", "-pubkey", "-noout", "-in", "certificate")
	d.write("key", key)
	out, errs := d.openssl("dgst", "-sha256", "-verify", "key", "-signature", "signature", "document")
	if !strings.Contains(out, "Verified OK") {
		t.Errorf("signature: %s %s", out, errs)
	}
	t.Logf("signature: %s", strings.TrimSpace(out))

	if all := d.certificates(); strings.Count(all, "BEGIN CERTIFICATE") != 3 || strings.Contains(all, "PRIVATE") {
		t.Errorf("all certificates:\n%s", all)
	}
}

func TestCertificatesCommandErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config string
		args   []string
		code   int
		want   string
	}{
		"unknown kind": {preamble, []string{"dsa2048"}, exitUsage, `"dsa2048" is none of pkcs7, rsa2048, signature`},
		"two kinds":    {preamble, []string{"pkcs7", "rsa2048"}, exitUsage, `unexpected argument "rsa2048"`},
		"free port":    {preamble + "plugin \"identity\" {}\n", nil, exitFailed, "the admin listener is on a free port (127.0.0.1:0), which nobody but the running mockmd knows: give it a port in the admin block"},
		"nobody there": {"admin { address = \"127.0.0.1:1\" }\nplugin \"identity\" {}\n", nil, exitFailed, "nobody listens on 127.0.0.1:1: start mockmd with this configuration first"},
		"bad file":     {"admin {\n", nil, exitConfig, "metadata.hcl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, tt.config, append([]string{"identity", "certificates"}, tt.args...)...)
			if code != tt.code || !strings.Contains(stderr, tt.want) || stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
			}
		})
	}
}

// TestCertificatesWithoutThePlugin tells what the daemon says.
func TestCertificatesWithoutThePlugin(t *testing.T) {
	t.Parallel()
	d := startWithAdmin(t, "plugin \"placement\" {}\n")
	out, err := command(t, d.dir, nil, "identity", "certificates").CombinedOutput()
	if err == nil || !strings.Contains(string(out), " answers 404 Not Found: ") {
		t.Errorf("%v: %s", err, out)
	}
}

// startWithAdmin is start with an admin address that stands in the
// configuration, so that commands find it.
func startWithAdmin(t *testing.T, config string) *daemon {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed in the next line
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	return start(t, "metadata { address = \"127.0.0.1:0\" }\nadmin { address = \""+address+"\" }\n"+config)
}

// certificates runs `mockmd identity certificates` beside the daemon.
func (d *daemon) certificates(kind ...string) string {
	d.t.Helper()
	cmd := command(d.t, d.dir, nil, append([]string{"identity", "certificates"}, kind...)...)
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("identity certificates %v: %v", kind, err)
	}
	return string(out)
}

func (d *daemon) write(name, content string) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *daemon) openssl(args ...string) (stdout, stderr string) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), "openssl", args...)
	cmd.Dir = d.dir
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), errs.String()
}
