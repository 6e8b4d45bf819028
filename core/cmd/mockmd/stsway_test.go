package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// stsHost is a name that nobody resolves: only a proxy can lead there.
const stsHost = "sts.mockmd.invalid"

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	a.cert, a.key = a.make(name, nil)
	return a
}

// make makes a certificate; one for itself when nobody signs.
func (a *authority) make(name string, by *authority) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: by == nil,
	}
	parent, signer := template, key
	if by != nil {
		parent, signer, template.DNSNames = by.cert, by.key, []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

// bundle writes the authority's certificate into a file.
func (a *authority) bundle() string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), "ca.pem")
	writeFile(a.t, path, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})))
	return path
}

// serve runs an STS over TLS under stsHost and returns its address.
func (a *authority) serve(s http.Handler) string {
	a.t.Helper()
	cert, key := a.make(stsHost, a)
	server := httptest.NewUnstartedServer(s)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	a.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// proxy is an HTTP proxy that knows CONNECT, wants a password and leads
// everybody to one address.
type proxy struct {
	url string

	mu     sync.Mutex
	asked  []string
	denied int
}

func newProxy(t *testing.T, password, to string) *proxy {
	t.Helper()
	p := &proxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok := r.Method == http.MethodConnect && r.Header.Get("Proxy-Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+password))
		p.mu.Lock()
		p.asked = append(p.asked, r.Host)
		if !ok {
			p.denied++
		}
		p.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = there.Close() }()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = here.Close() }()
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		done := make(chan struct{}, 2)
		for _, way := range []struct{ to, from net.Conn }{{there, here}, {here, there}} {
			go func() {
				_, _ = io.Copy(way.to, way.from)
				done <- struct{}{}
			}()
		}
		<-done
	}))
	t.Cleanup(server.Close)
	p.url = server.Listener.Addr().String()
	return p
}

func behind(proxy, bundle string) string {
	return withRole(`role "app" { arn = "arn:aws:iam::123456789012:role/app" }
sts {
  endpoint  = "https://` + stsHost + `"
  proxy     = "` + proxy + `"
  ca_bundle = "` + bundle + `"
}
`)
}

// TestEndpointBehindAProxy: STS is reached through a proxy that wants a
// password, and vouched for by an authority of its own.
func TestEndpointBehindAProxy(t *testing.T) {
	t.Parallel()
	const password = "proxyCanary0123456789"
	s := newSTS(t, time.Hour)
	ca := newAuthority(t, "mockmd test")
	p := newProxy(t, password, ca.serve(s.server))
	d := start(t, behind("http://me:"+password+"@"+p.url, ca.bundle()))
	d.bootstrap()
	d.works(s, "good", success)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) == 0 || p.asked[0] != stsHost+":443" {
		t.Errorf("the proxy was asked for %q", p.asked)
	}
	_, told := get(t, d.admin+"/credentials")
	absent(t, "the log and /credentials", d.output()+told, password)
}

// TestWayToSTSFails tells clearly what is wrong on the way, no password, and
// goes on trying.
func TestWayToSTSFails(t *testing.T) {
	t.Parallel()
	const password = "proxyCanary0123456789"
	ca, stranger := newAuthority(t, "mockmd test"), newAuthority(t, "stranger")
	for name, tt := range map[string]struct {
		password, bundle string
		want             string
	}{
		"wrong bundle":         {password, stranger.bundle(), "x509: certificate signed by unknown authority"},
		"proxy wants another":  {"wrong" + password, ca.bundle(), "Proxy Authentication Required"},
		"proxy is not there":   {"", ca.bundle(), "connection refused"},
		"endpoint has no host": {password, ca.bundle(), "Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(t, time.Hour)
			to := ca.serve(s.server)
			if name == "endpoint has no host" {
				to = "127.0.0.1:" + freePort(t)
			}
			p := newProxy(t, password, to)
			proxy := "http://me:" + tt.password + "@" + p.url
			if name == "proxy is not there" {
				proxy = "http://me:" + password + "@127.0.0.1:" + freePort(t)
			}
			d := start(t, behind(proxy, tt.bundle))
			d.bootstrap()
			r := d.waitTold("the failure", func(r toldRole) bool { return r.State == "failing" && r.Attempts >= 2 })
			t.Logf("%+v", r.Error)
			class := "retry" // what is not there may come
			if name == "wrong bundle" || name == "proxy wants another" {
				class = "needs a human"
			}
			if !strings.Contains(r.Error.Message, tt.want) || r.Error.Class != class || (r.Error.Mend != "") != (class != "retry") {
				t.Errorf("told as %+v, want %q", r.Error, tt.want)
			}
			_, told := get(t, d.admin+"/credentials")
			absent(t, "the log and /credentials", d.output()+told, password)
		})
	}
}

// TestWayToSTSDiagnostics: what the configuration says of the way is checked,
// and a password in it is not shown.
func TestWayToSTSDiagnostics(t *testing.T) {
	t.Parallel()
	const password = "proxyCanary0123456789"
	bundle := newAuthority(t, "mockmd test").bundle()
	for name, tt := range map[string]struct{ proxy, bundle, want string }{
		"no bundle":     {"http://127.0.0.1:1", bundle + ".none", "CA bundle cannot be read"},
		"not a bundle":  {"http://127.0.0.1:1", "/dev/null", "is not a regular file"},
		"no scheme":     {"me:" + password + "@127.0.0.1:1", bundle, "A proxy is a URL such as http://proxy.example.com:3128"},
		"another one":   {"ftp://me:" + password + "@127.0.0.1:1", bundle, "A proxy is a URL such as http://proxy.example.com:3128"},
		"of the config": {"http://me:" + password + "@127.0.0.1:1\"\n  regoin = \"x", bundle, "Unsupported argument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, behind(tt.proxy, tt.bundle), "validate")
			if code != exitConfig || !strings.Contains(flat(stderr), tt.want) {
				t.Errorf("exit code %d, want %q in:\n%s", code, tt.want, stderr)
			}
			absent(t, "the diagnostics", stdout+stderr, password)
		})
	}
}

// quiet is the log of servers whose clients fail on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
