package app

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/socket"
)

// TestOpenBesideSeveral: an address that takes in those of several listeners,
// which all leave, is opened beside them; where one stays, it is in the way.
func TestOpenBesideSeveral(t *testing.T) {
	t.Parallel()
	s := &service{host: &host{}}
	port := "0"
	for _, l := range []*listener{{role: roleMetadata, address: "127.0.0.1:"}, {role: roleAdmin, address: "127.0.0.3:"}} {
		var err error
		if l.Listener, err = socket.Listen(t.Context(), l.address+port); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		_, port, _ = net.SplitHostPort(l.Addr().String())
		l.address += port
		l.key = l.address
		s.listeners = append(s.listeners, l)
	}
	file := &config.File{}
	file.Metadata.Address, file.Admin.Address = "127.0.0.1:"+port, "0.0.0.0:"+port
	next := &listener{role: roleAdmin, address: file.Admin.Address, key: file.Admin.Address}
	if l, err := s.openBeside(t.Context(), next, file); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("one stays: %v %v", l, err)
	}
	file.Metadata.Address = "127.0.0.1:1"
	l, err := s.openBeside(t.Context(), next, file)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}
