package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// encrypted is a configuration whose admin listener has a certificate.
const encrypted = `
metadata { address = "127.0.0.1:0" }
admin {
  address = "127.0.0.1:0"
  tls {
    certificate_file = "cert.pem"
    key_file         = "key.pem"
  }
}
plugin "placement" {}
`

// certify writes a certificate of its own authority, for a name, and its key.
func certify(t testing.TB, dir, name string, from, until time.Time) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, NotBefore: from, NotAfter: until, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true}
	if ip := net.ParseIP(name); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	writeFile(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// startEncrypted runs mockmd with it.
func startEncrypted(t testing.TB, dir, config string) (d *daemon, address string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "metadata.hcl"), config)
	d = &daemon{t: t, dir: dir, cmd: command(t, dir, nil, "-config", "metadata.hcl"), exited: make(chan struct{}), change: make(chan struct{})}
	d.run()
	return d, d.waitMatch(regexp.MustCompile(`^  admin     https://(\S+)`))
}

// TestAdminTLS: the admin listener is encrypted, its guards stay, a reload
// shows a new certificate to who connects then, and the commands trust the
// certificate of the configuration, or an authority that they are told.
func TestAdminTLS(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	first := certify(t, dir, "admin.example.internal", now.Add(-time.Hour), now.Add(time.Hour))
	d, address := startEncrypted(t, dir, encrypted)
	shown := func() *x509.Certificate {
		t.Helper()
		c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.ConnectionState().PeerCertificates[0]
	}
	if !shown().Equal(first) {
		t.Error("another certificate is shown")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for name, c := range map[string]struct {
		header, value string
		want          int
	}{
		"honest":       {"Accept", "*/*", http.StatusOK},
		"web page":     {"Origin", "https://example.com", http.StatusForbidden},
		"strange name": {"Host", "example.com", http.StatusForbidden},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(c.header, c.value)
		r.Host = r.Header.Get("Host")
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if a.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, a.StatusCode, c.want)
		}
	}
	if status, body := get(t, "http://"+address+"/plugins"); status != http.StatusBadRequest || strings.Contains(body, "placement") {
		t.Errorf("without encryption: %d %s", status, body)
	}
	d.waitLines("[WARN]  admin: connection not encrypted: client=127.0.0.1 error=", 1)
	ask := func(want int, text string, args ...string) {
		t.Helper()
		code, stdout, stderr := d.askIn(args...)
		if code != want || !strings.Contains(stdout+stderr, text) {
			t.Errorf("%v: exit code %d, want %d and %q:\n%s%s", args, code, want, text, stdout, stderr)
		}
	}
	ask(exitOK, "placement", "plugins", "-admin", address) // encrypted, since the configuration says so
	ask(exitOK, "", "status", "-admin", "https://"+address)
	// By its address, where there is no socket.
	writeFile(t, filepath.Join(dir, "socket.hcl"), strings.Replace(encrypted, `address = "127.0.0.1:0"
  tls`, fmt.Sprintf("address = %q\n  socket = \"none.sock\"\n  tls", address), 1))
	ask(exitOK, "mockmd on https://"+address+": status true", "status", "-config", "socket.hcl")
	second := certify(t, dir, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	ask(exitFailed, "say with -ca which are", "status", "-admin", "https://"+strings.Replace(address, "127.0.0.1", "localhost", 1))
	d.hangUp()
	d.waitLines("configuration reloaded", 1)
	if !shown().Equal(second) {
		t.Error("after the reload the old certificate is shown")
	}
	// Elsewhere there is no configuration that knows the certificate.
	writeFile(t, filepath.Join(dir, "other.hcl"), preamble+`plugin "placement" {}`)
	ask(exitFailed, "neither the certificate of the configuration", "plugins", "-config", "other.hcl", "-admin", "https://"+address)
	ask(exitOK, "placement", "plugins", "-config", "other.hcl", "-admin", "https://"+address, "-ca", "cert.pem")
	// Nor where the configuration names another one than is shown.
	strange := filepath.Join(dir, "strange")
	if err := os.Mkdir(strange, 0o700); err != nil {
		t.Fatal(err)
	}
	certify(t, strange, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	writeFile(t, filepath.Join(dir, "other.hcl"), strings.NewReplacer(`"cert.pem"`, `"strange/cert.pem"`, `"key.pem"`, `"strange/key.pem"`,
		"admin {\n  address = \"127.0.0.1:0\"", "admin {\n  address = \""+address+"\"").Replace(encrypted))
	ask(exitFailed, "one that was replaced is shown after a reload, as by SIGHUP", "plugins", "-config", "other.hcl")
	ask(exitOK, "placement", "plugins", "-config", "other.hcl", "-ca", "cert.pem")

	// A reload that finds the files wrong keeps what was there.
	writeFile(t, filepath.Join(dir, "key.pem"), "nothing")
	d.hangUp()
	d.waitLines("reload failed", 1)
	if !shown().Equal(second) {
		t.Error("a failed reload has changed the certificate")
	}
	// And one that turns encryption off, for who connects then.
	d.configure(preamble + `plugin "placement" {}`)
	d.hangUp()
	d.waitLines("configuration reloaded", 2)
	if status, _ := get(t, "http://"+address+"/healthz"); status != http.StatusOK {
		t.Errorf("no longer encrypted: %d", status)
	}
}

// TestAdminTLSRefused: every mistake in the files of a certificate has its
// place, and a private key is never shown.
func TestAdminTLSRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		from, until time.Duration
		spoil       func(dir string)
		want        []string
	}{
		"no certificate": {
			-1, 1, func(dir string) { _ = os.Remove(filepath.Join(dir, "cert.pem")) },
			[]string{"metadata.hcl line 6", "Invalid certificate", "cert.pem: no such file or directory"},
		},
		"no key": {
			-1, 1, func(dir string) { _ = os.Remove(filepath.Join(dir, "key.pem")) },
			[]string{"metadata.hcl line 7", "Invalid private key", "key.pem: no such file or directory"},
		},
		"key for everybody": {
			-1, 1, func(dir string) { _ = os.Chmod(filepath.Join(dir, "key.pem"), 0o644) },
			[]string{"metadata.hcl line 7", "others than its owner may use it (mode 0644): chmod 600 it"},
		},
		"key of another": {-1, 1, func(dir string) {
			other := t.TempDir()
			certify(t, other, "other", now, now.Add(time.Hour))
			_ = os.Rename(filepath.Join(other, "key.pem"), filepath.Join(dir, "key.pem"))
		}, []string{"metadata.hcl line 7", "do not make a pair", "private key does not match public key"}},
		"no PEM": {
			-1, 1, func(dir string) { writeFile(t, filepath.Join(dir, "cert.pem"), "cert") },
			[]string{"do not make a pair", "failed to find any PEM data in certificate input"},
		},
		"ended":         {-2, -1, func(string) {}, []string{"metadata.hcl line 6", "Invalid certificate", "cert.pem ended at ", "put a new one in its place"}},
		"not yet begun": {1, 2, func(string) {}, []string{"metadata.hcl line 6", "cert.pem begins at ", "check the clock"}},
		"a folder": {-1, 1, func(dir string) {
			_ = os.Remove(filepath.Join(dir, "cert.pem"))
			_ = os.Mkdir(filepath.Join(dir, "cert.pem"), 0o700)
		}, []string{"metadata.hcl line 6", "it is not a regular file"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			certify(t, dir, "admin", now.Add(c.from*time.Hour), now.Add(c.until*time.Hour))
			key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
			if err != nil {
				t.Fatal(err)
			}
			c.spoil(dir)
			writeFile(t, filepath.Join(dir, "metadata.hcl"), encrypted)
			out, _ := command(t, dir, nil, "validate").CombinedOutput()
			for _, want := range c.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
			for line := range strings.Lines(string(key)) {
				if len(line) > 40 && strings.Contains(string(out), strings.TrimSpace(line)) {
					t.Error("the private key is shown")
				}
			}
		})
	}
}

// onSocket is a configuration whose admin listener is a Unix socket alone.
func onSocket(path string) string {
	return fmt.Sprintf("metadata { address = \"127.0.0.1:0\" }\nadmin {\n  address = \"\"\n  socket  = %q\n}\nplugin \"placement\" {}\n", path)
}

// TestAdminSocket: the Unix socket is for its owner alone, its peers are local,
// the guards stay, the commands find it, and it goes when mockmd does.
func TestAdminSocket(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	path := filepath.Join(dir, "admin.sock")
	d := launchOn(t, dir, onSocket(path))
	d.waitMatch(regexp.MustCompile(`^  admin     (unix://` + path + `)$`))
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if status, body := overUnix(t, path, "/plugins"); status != http.StatusOK || !strings.Contains(body, "placement") {
		t.Errorf("a peer: %d %s", status, body)
	}
	for name, request := range map[string]string{
		"strange name": "GET /status HTTP/1.1\r\nHost: example.com\r\n",
		"web page":     "GET /status HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n",
		"proxy":        "GET /plugins HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n",
	} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(request + "Connection: close\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if got := readText(t, c); !strings.HasPrefix(got, "HTTP/1.1 403 ") {
			t.Errorf("%s: %q", name, got)
		}
		_ = c.Close()
	}
	for _, command := range []string{"status", "reload", "plugins"} {
		if code, stdout, stderr := d.askIn(command); code != exitOK {
			t.Errorf("%s: exit code %d: %s%s", command, code, stdout, stderr)
		}
	}
	if code, _, stderr := d.askIn("plugins", "-admin", "unix://"+filepath.Join(dir, "none")); code != exitFailed || !strings.Contains(stderr, "nobody listens on unix://"+dir+"/none") {
		t.Errorf("no socket: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := d.askIn("plugins", "-admin", "ftp://127.0.0.1:1"); code != exitFailed || !strings.Contains(stderr, "https://HOST:PORT or unix:///PATH") {
		t.Errorf("no such way: exit code %d: %s", code, stderr)
	}
	other := t.TempDir()
	writeFile(t, filepath.Join(other, "metadata.hcl"), onSocket(path))
	if out, err := command(t, other, nil).CombinedOutput(); err == nil || !strings.Contains(string(out), "Another program answers there") {
		t.Errorf("a second mockmd: %v\n%s", err, out)
	}
	d.stop()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// launchOn starts mockmd where no listener has a URL to be waited for.
func launchOn(t testing.TB, dir, config string) *daemon {
	t.Helper()
	writeFile(t, filepath.Join(dir, "metadata.hcl"), config)
	d := &daemon{t: t, dir: dir, cmd: command(t, dir, nil, "-config", "metadata.hcl"), exited: make(chan struct{}), change: make(chan struct{})}
	d.run()
	return d
}

// readText reads what there is to read.
func readText(t testing.TB, c net.Conn) string {
	t.Helper()
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Error(err)
	}
	return string(b[:n])
}

// askIn runs a command in the daemon's folder, with no other arguments.
func (d *daemon) askIn(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	cmd := command(d.t, d.dir, nil, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// overUnix asks a Unix socket.
func overUnix(t testing.TB, path, target string) (status int, body string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	a, err := c.Get("http://localhost" + target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	return a.StatusCode, readAll(t, a.Body)
}

// readAll reads to the end, which must not be a reset.
func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("read: %v", err)
	}
	return string(b)
}
