package app

import (
	"context"
	"strings"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/socket"
)

// The roles of listeners, as people read them.
const (
	roleMetadata = "metadata"
	roleAdmin    = "admin"
)

// labelledPrefix begins the names of the listeners of labelled metadata blocks.
const labelledPrefix = roleMetadata + "-"

// listener is an open address.
type listener struct {
	*socket.Listener
	role    string // roleMetadata or roleAdmin
	name    string // by which a socket is handed over: that of the role, or with the label
	address string // as configured, or the socket's
	key     string // tells those of a role apart
	unix    bool   // the address is the path of a Unix socket
}

// furtherKey is the key of a listener from a labelled block: its address, and
// its label where the system chooses the port, so that the address says nothing.
func furtherKey(l *config.Listener) string {
	if strings.HasSuffix(l.Address, ":0") {
		return l.Address + " " + l.Name
	}
	return l.Address
}

// configured are the listeners that a configuration says, in the order in
// which they are shown.
func configured(file *config.File) []*listener {
	out := []*listener{{role: roleMetadata, name: roleMetadata, address: file.Metadata.Address, key: file.Metadata.Address}}
	if file.Metadata.IPv6Address != "" {
		out = append(out, &listener{role: roleMetadata, name: roleMetadata, address: file.Metadata.IPv6Address, key: file.Metadata.IPv6Address})
	}
	for i := range file.Metadata.Listeners {
		further := &file.Metadata.Listeners[i]
		out = append(out, &listener{role: roleMetadata, name: labelledPrefix + further.Name, address: further.Address, key: furtherKey(further)})
	}
	if file.Admin.Address != "" {
		out = append(out, &listener{role: roleAdmin, name: roleAdmin, address: file.Admin.Address, key: file.Admin.Address})
	}
	if file.Admin.Socket != "" {
		out = append(out, &listener{role: roleAdmin, name: roleAdmin, address: file.Admin.Socket, key: file.Admin.Socket, unix: true})
	}
	return out
}

// wanted are the listeners of a configuration. Those that are not open yet have
// no socket; those that the service manager has handed over take the place of
// all that the configuration says by the same name.
func (h *host) wanted(file *config.File) []*listener {
	var out []*listener
	seen := map[string]bool{}
	for _, c := range configured(file) {
		n := len(out)
		for _, l := range h.handed {
			if l.name == c.name && !seen[c.name] {
				out = append(out, l)
			}
		}
		if seen[c.name] = seen[c.name] || len(out) > n; !seen[c.name] {
			out = append(out, c)
		}
	}
	return out
}

// open opens the listeners of a configuration; on an error, an [*AddressError],
// none is left open.
func (h *host) open(ctx context.Context, file *config.File) ([]*listener, error) {
	list := h.wanted(file)
	for i, l := range list {
		if l.Listener != nil {
			continue // handed over
		}
		var err error
		if l.Listener, err = l.listen(ctx); err != nil {
			for _, earlier := range list[:i] {
				_ = earlier.Close() // nothing has been accepted on it
			}
			return nil, err
		}
	}
	return list, nil
}

// listen opens the socket of a listener.
func (l *listener) listen(ctx context.Context) (*socket.Listener, error) {
	open := socket.Listen
	if l.unix {
		open = socket.ListenUnix
	}
	opened, err := open(ctx, l.address)
	if err != nil {
		return nil, &AddressError{Listener: l.role, Address: l.address, Err: err}
	}
	return opened, nil
}
