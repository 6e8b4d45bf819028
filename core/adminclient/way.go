package adminclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
)

// way is one way to reach a listener.
type way struct {
	name string // for people
	base string // of URLs
	http *http.Client

	wrong error // why it cannot be gone; nil when it can
}

// newWay makes one of a transport. The environment's proxies are not asked: the
// listener is this host's.
func newWay(name, base string, transport *http.Transport) way {
	transport.DisableKeepAlives = true
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return way{name: name, base: base, http: &http.Client{Transport: transport, CheckRedirect: refuse}}
}

func overTCP(address string) way { return newWay(address, "http://"+address+"/", &http.Transport{}) }

func overUnix(path string) way {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return newWay("unix://"+path, "http://localhost/", &http.Transport{DialContext: dial})
}

// overTLS trusts whoever shows the certificate in the file known, when that is
// not empty: it is the one of the configuration, whatever names it has. Anybody
// else must have one for the address, of the authorities in caFile, or of the
// system's.
func overTLS(address, known, caFile string) (way, error) {
	var pinned [sha256.Size]byte
	if known != "" {
		leaf, err := certificateOf(known)
		if err != nil {
			return way{}, fmt.Errorf("read the certificate %s of the admin listener: %w", known, err)
		}
		pinned = sha256.Sum256(leaf)
	}
	var roots *x509.CertPool
	if caFile != "" {
		text, err := os.ReadFile(caFile)
		if err != nil {
			return way{}, fmt.Errorf("read the authorities: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(text) {
			return way{}, fmt.Errorf("read the authorities: %s has no certificate in PEM", caFile)
		}
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return way{}, fmt.Errorf("find the admin listener: %w", err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	c.InsecureSkipVerify = true // VerifyConnection does it
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if known != "" && sha256.Sum256(s.PeerCertificates[0].Raw) == pinned {
			return nil
		}
		between := x509.NewCertPool()
		for _, cert := range s.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between})
		return err
	}
	return newWay("https://"+address, "https://"+address+"/", &http.Transport{TLSClientConfig: c}), nil
}

// certificateOf returns the first certificate of a PEM file.
func certificateOf(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return nil, errors.New("it has no certificate in PEM")
		}
		if b.Type == "CERTIFICATE" {
			return b.Bytes, nil
		}
	}
}

// send sends one request.
func (w *way) send(ctx context.Context, method, path string, body, token []byte) (Answer, error) {
	if w.wrong != nil {
		return Answer{}, w.wrong
	}
	r, err := http.NewRequestWithContext(ctx, method, w.base+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("ask for %s: %w", path, err)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != nil {
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	a, err := w.http.Do(r)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return Answer{}, fmt.Errorf("%w on %s: start mockmd with this configuration first", ErrNobody, w.name)
	case errors.Is(err, fs.ErrPermission):
		return Answer{}, fmt.Errorf("%w for this user on %s, which is for the user of mockmd alone: %w", ErrNobody, w.name, fs.ErrPermission)
	case errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)):
		return Answer{}, fmt.Errorf("what %s shows is neither the certificate of the configuration nor one for this address of an authority that is trusted (say with -ca which are; one that was replaced is shown after a reload, as by SIGHUP): %w", w.name, err)
	case err != nil:
		return Answer{}, fmt.Errorf("ask the admin listener: %w", err)
	}
	defer func() { _ = a.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", w.name, err)
	}
	return Answer{Status: a.StatusCode, Body: answer}, nil
}
