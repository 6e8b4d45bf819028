package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/socket"
)

// SocketError is a socket that the service manager has handed over and that
// cannot be served.
type SocketError struct {
	// Name is that of FileDescriptorName=.
	Name string
	Err  error
}

// Error says what to write into the socket unit.
func (e *SocketError) Error() string {
	return fmt.Sprintf("socket %q, handed over by the service manager: %v", e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *SocketError) Unwrap() error { return e.Err }

// errNoListener is that of a socket which nothing is served on.
var errNoListener = errors.New("no listener has this name: in the socket unit write FileDescriptorName=metadata, admin, " +
	"or metadata-LABEL for a metadata block with a label")

// handedOver makes listeners of the sockets that the service manager has handed
// over. They are served in place of the addresses that the configuration says,
// for as long as the process lives. On an error, a [*SocketError], none is left
// open.
func handedOver(files []*os.File) ([]*listener, error) {
	out := make([]*listener, 0, len(files))
	for i, f := range files {
		l, err := handOver(f, i)
		if err != nil {
			for _, earlier := range out {
				_ = earlier.Close() // nothing has been accepted on it
			}
			for _, later := range files[i+1:] {
				_ = later.Close()
			}
			return nil, &SocketError{f.Name(), err}
		}
		out = append(out, l)
	}
	return out, nil
}

func handOver(f *os.File, i int) (*listener, error) {
	name := f.Name()
	opened, err := socket.FromFile(f)
	if err != nil {
		return nil, err
	}
	l := &listener{Listener: opened, name: name, role: roleMetadata, address: opened.Addr().String(), key: fmt.Sprintf("%s handed over, %d", name, i)}
	switch {
	case name == roleAdmin:
		l.role = roleAdmin
	case name != roleMetadata && !strings.HasPrefix(name, labelledPrefix):
		err = errNoListener
	case opened.Addr().Network() != "tcp":
		err = errors.New("metadata is served on TCP alone, where clients have an address: write an IP address and a port into ListenStream=")
	}
	if err != nil {
		_ = opened.Close() // nothing has been accepted on it
		return nil, err
	}
	return l, nil
}

// misplaced are the sockets that were handed over for a listener that the
// configuration does not have.
func (h *host) misplaced(file *config.File) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, l := range h.handed {
		if slices.ContainsFunc(configured(file), func(c *listener) bool { return c.name == l.name }) {
			continue
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Socket without a listener",
			Detail: fmt.Sprintf("The service manager has handed over the socket %s as %q, and there is no metadata %q block. "+
				"Add it, or stop the socket unit and restart mockmd.", l.address, l.name, strings.TrimPrefix(l.name, labelledPrefix)),
		})
	}
	return diags
}

// compare logs where a socket that was handed over is elsewhere than the
// configuration says.
func (h *host) compare(log hclog.Logger, file *config.File) {
	for _, c := range configured(file) {
		var instead []string
		same := false
		for _, l := range h.handed {
			if l.name == c.name {
				instead = append(instead, l.address)
				same = same || sameAddress(l.address, c.address)
			}
		}
		if len(instead) > 0 && !same && (where(file, c) != nil || c.unix) {
			log.Warn("the sockets of the service manager are served in place of the configured address", "listener", c.name, "configured", c.address, "sockets", instead)
		}
	}
}

// sameAddress says whether two addresses to listen on are one.
func sameAddress(a, b string) bool {
	return plainAddress(a) == plainAddress(b)
}

func plainAddress(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return s
	}
	switch ip, err := netip.ParseAddr(host); {
	case host == "":
		host = "::"
	case host == "localhost":
		host = "127.0.0.1"
	case err == nil:
		host = ip.Unmap().String()
	}
	return net.JoinHostPort(host, port)
}
