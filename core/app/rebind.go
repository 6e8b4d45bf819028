package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"syscall"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/socket"
)

// rebind opens the listeners of a configuration beside those that are open.
// An address that stays keeps its socket, whatever is served on it from now
// on. On an error nothing has changed.
func (s *service) rebind(ctx context.Context, file *config.File) ([]*listener, hcl.Diagnostics) {
	for _, l := range s.leaving { // of the last reload; it takes a moment at most
		<-l.Closed()
	}
	s.leaving = nil
	list := s.wanted(file)
	diags := s.misplaced(file)
	for i, l := range list {
		if l.Listener != nil {
			continue // handed over, so open from the beginning
		}
		if same := slices.IndexFunc(s.listeners, func(open *listener) bool {
			return open.role == l.role && open.key == l.key
		}); same >= 0 {
			list[i] = s.listeners[same]
			continue
		}
		var err error
		if l.Listener, err = s.openBeside(ctx, l, file); err != nil {
			if failed, ok := errors.AsType[*AddressError](err); ok {
				failed.Dropped = s.dropped != nil
			}
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Address cannot be listened on", Detail: sentence(err), Subject: where(file, l),
			})
		}
	}
	if diags.HasErrors() {
		s.drop(list)
		return nil, diags
	}
	return list, nil
}

// openBeside opens an address. Listeners that the configuration has no more,
// and that are in its way, share it until they are closed.
func (s *service) openBeside(ctx context.Context, l *listener, file *config.File) (*socket.Listener, error) {
	opened, err := l.listen(ctx)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return opened, err
	}
	var beside []*socket.Listener
	for _, open := range s.listeners {
		stays := slices.ContainsFunc(s.wanted(file), func(w *listener) bool { return w.role == open.role && w.key == open.key })
		switch {
		case stays:
		case open.address == l.address:
			return open.Duplicate()
		case samePort(open.address, l.address):
			beside = append(beside, open.Listener)
		}
	}
	if len(beside) > 0 {
		if opened, shared := socket.ListenBeside(ctx, l.address, beside...); shared == nil {
			return opened, nil
		}
	}
	return nil, err
}

// where is the source of a listener's address; nil when it is the default.
func where(file *config.File, l *listener) *hcl.Range {
	at := file.Metadata.AddressRange
	switch {
	case l.unix:
		at = file.Admin.SocketRange
	case l.role == roleAdmin:
		at = file.Admin.AddressRange
	case l.address == file.Metadata.IPv6Address:
		at = file.Metadata.IPv6AddressRange
	}
	for _, further := range file.Metadata.Listeners {
		if l.role == roleMetadata && l.address == further.Address {
			at = further.AddressRange
		}
	}
	if at == (hcl.Range{}) {
		return nil
	}
	return &at
}

// drop closes the listeners of a list that are not served.
func (s *service) drop(list []*listener) {
	for _, l := range list {
		if l.Listener != nil && !slices.Contains(s.listeners, l) {
			_ = l.Close() // at most a client that came too early is disappointed
		}
	}
}

// relisten serves on the listeners of a list, and ends those that are not in
// it: they take no new connection, and those under way finish.
func (s *service) relisten(list []*listener) {
	before := s.listeners
	s.listeners = list
	s.listening.Store(&list)
	for _, l := range list {
		if !slices.Contains(before, l) {
			address, note := reachable(l.Addr())
			s.log.Info("listening", "listener", l.role, "address", address+note)
			s.answer(l)
		}
	}
	for _, l := range before {
		if slices.Contains(list, l) {
			continue
		}
		s.leaving = append(s.leaving, l)
		s.log.Info("listening no more", "listener", l.role, "address", l.Addr().String())
		end := l.Retire
		if slices.ContainsFunc(list, func(other *listener) bool { return other.key == l.key }) {
			end = l.PassOn
		}
		if err := end(); err != nil {
			s.log.Debug("listener not retired quietly", "address", l.Addr().String(), "error", err)
		}
	}
}

// samePort says whether two addresses differ in their host only.
func samePort(a, b string) bool {
	_, portA, errA := net.SplitHostPort(a)
	_, portB, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && portA == portB
}
