package admin

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// maxPEM bounds the files of a certificate and its key, in bytes.
const maxPEM = 1 << 20

// ErrKey is in the errors of [ReadCertificate] on the private key.
var ErrKey = errors.New("private key")

// ReadCertificate reads a certificate, with those of its authorities behind it,
// and its private key, from PEM files. The key's must be a regular file that
// nobody but its owner and its group may read. The certificate must be valid
// now. The error names the file and the mend, and nothing of what is in the
// key's.
func ReadCertificate(certificateFile, keyFile string, now time.Time) (*tls.Certificate, error) {
	chain, err := readPEM(certificateFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate %s: %w", certificateFile, err)
	}
	key, err := readPrivate(keyFile, "the key", 0o037, maxPEM)
	if err != nil {
		return nil, fmt.Errorf("read %w %s: %w", ErrKey, keyFile, err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("certificate %s and %w %s do not make a pair: %w", certificateFile, ErrKey, keyFile, err)
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("certificate %s ended at %s: put a new one in its place", certificateFile, leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("certificate %s begins at %s: check the clock, or put one in its place that is valid", certificateFile, leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return &pair, nil
}

func readPEM(path string) (content []byte, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would block
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(errors.New("it is not a regular file"), err)
	}
	return io.ReadAll(io.LimitReader(f, maxPEM))
}

// encrypting is a listener whose connections are encrypted while the server has
// a certificate, unless they never leave this host's kernel.
type encrypting struct {
	net.Listener
	server *Server
}

// Accept waits for a connection. The handshake is made when it is first read.
func (l encrypting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	certificate := l.server.options.Load().Certificate
	if certificate == nil || c.LocalAddr().Network() == "unix" {
		return c, nil
	}
	return tls.Server(c, &tls.Config{
		Certificates: []tls.Certificate{*certificate},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	}), nil
}
