package app

import (
	"context"

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
}

// wanted are the listeners of a configuration, not open yet, in the order in
// which they are shown.
func wanted(file *config.File) []*listener {
	out := []*listener{{role: roleMetadata, address: file.Metadata.Address}}
	if file.Metadata.IPv6Address != "" {
		out = append(out, &listener{role: roleMetadata, address: file.Metadata.IPv6Address})
	}
	for _, further := range file.Metadata.Listeners {
		out = append(out, &listener{role: roleMetadata, address: further.Address})
	}
	return append(out, &listener{role: roleAdmin, address: file.Admin.Address})
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
