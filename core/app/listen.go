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

// listener is an open address.
type listener struct {
	*socket.Listener
	role    string // roleMetadata or roleAdmin
	address string // as configured
	key     string // tells those of a role apart
}

// furtherKey is the key of a listener from a labelled block: its address, and
// its label where the system chooses the port, so that the address says nothing.
func furtherKey(l *config.Listener) string {
	if strings.HasSuffix(l.Address, ":0") {
		return l.Address + " " + l.Name
	}
	return l.Address
}

// wanted are the listeners of a configuration, not open yet, in the order in
// which they are shown.
func wanted(file *config.File) []*listener {
	out := []*listener{{role: roleMetadata, address: file.Metadata.Address, key: file.Metadata.Address}}
	if file.Metadata.IPv6Address != "" {
		out = append(out, &listener{role: roleMetadata, address: file.Metadata.IPv6Address, key: file.Metadata.IPv6Address})
	}
	for i := range file.Metadata.Listeners {
		further := &file.Metadata.Listeners[i]
		out = append(out, &listener{role: roleMetadata, address: further.Address, key: furtherKey(further)})
	}
	return append(out, &listener{role: roleAdmin, address: file.Admin.Address, key: file.Admin.Address})
}

// open opens the listeners of a configuration; on an error, an [*AddressError],
// none is left open.
func open(ctx context.Context, file *config.File) ([]*listener, error) {
	list := wanted(file)
	for i, l := range list {
		var err error
		if l.Listener, err = listen(ctx, l.role, l.address); err != nil {
			for _, earlier := range list[:i] {
				_ = earlier.Close() // nothing has been accepted on it
			}
			return nil, err
		}
	}
	return list, nil
}

// listen opens one listener.
func listen(ctx context.Context, role, address string) (*socket.Listener, error) {
	l, err := socket.Listen(ctx, address)
	if err != nil {
		return nil, &AddressError{Listener: role, Address: address, Err: err}
	}
	return l, nil
}
