package hostnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// protocol is what the kernel keeps of where an address is from, in those that
// Up makes (IFA_PROTO, since Linux 5.18; older ones take no notice). So Down
// knows them even when somebody has removed the guard. ip shows it as proto.
const (
	ifaProto = 11   // IFA_PROTO of linux/if_addr.h
	protocol = 0x6d // m; below 4 are the kernel's own
)

// readAddresses fills in which interfaces have the addresses, and whether it is
// Up that put them on lo.
func (s *State) readAddresses() error {
	list := func() ([][]byte, error) {
		request := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
		request.AddData(nl.NewIfAddrmsg(unix.AF_UNSPEC))
		return request.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWADDR)
	}
	messages, err := list()
	for more := 10; errors.Is(err, nl.ErrDumpInterrupted) && more > 0; more-- { // something changed in the middle
		messages, err = list()
	}
	if err != nil {
		return fmt.Errorf("list the addresses: %w", err)
	}
	for _, m := range messages {
		if err := s.readAddress(m); err != nil {
			return fmt.Errorf("list the addresses: %w", err)
		}
	}
	return nil
}

// readAddress takes in one entry of the kernel's list.
func (s *State) readAddress(message []byte) error {
	header := nl.DeserializeIfAddrmsg(message)
	attributes, err := nl.ParseRouteAttr(message[header.Len():])
	if err != nil {
		return err
	}
	var ip, local netip.Addr
	var from byte
	for _, a := range attributes {
		switch a.Attr.Type {
		case unix.IFA_ADDRESS: // of the other end, where there is one
			ip, _ = netip.AddrFromSlice(a.Value)
		case unix.IFA_LOCAL:
			local, _ = netip.AddrFromSlice(a.Value)
		case ifaProto:
			from = a.Value[0]
		}
	}
	if local.IsValid() {
		ip = local
	}
	for i := range s.Addresses {
		a := &s.Addresses[i]
		if a.Address != ip {
			continue
		}
		on, err := net.InterfaceByIndex(int(header.Index))
		if err != nil {
			continue // has gone meanwhile
		}
		a.Interfaces = append(a.Interfaces, on.Name)
		a.Added = a.Added || on.Name == loopback && from == protocol
	}
	return nil
}

// request is what asks the kernel to put an address on lo, or to take it away.
func (h *host) request(message, flags int, a netip.Addr) *nl.NetlinkRequest {
	r := nl.NewNetlinkRequest(message, flags|unix.NLM_F_ACK)
	header := nl.NewIfAddrmsg(nl.GetIPFamily(a.AsSlice()))
	header.Index, header.Prefixlen = uint32(h.lo.Attrs().Index), uint8(a.BitLen())
	r.AddData(header)
	r.AddData(nl.NewRtAttr(unix.IFA_LOCAL, a.AsSlice()))
	r.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, a.AsSlice()))
	r.AddData(nl.NewRtAttr(ifaProto, []byte{protocol}))
	if a.Is4() {
		header.Scope = unix.RT_SCOPE_HOST
		return r
	}
	header.Flags = unix.IFA_F_NODAD // may be listened on at once
	const forever = 1<<32 - 1       // valid, but preferred never
	r.AddData(nl.NewRtAttr(unix.IFA_CACHEINFO, (&nl.IfaCacheInfo{IfaCacheinfo: unix.IfaCacheinfo{Valid: forever}}).Serialize()))
	return r
}

// add puts an address on lo. One that has come meanwhile is as good.
func (h *host) add(a netip.Addr) error {
	_, err := h.request(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, a).Execute(unix.NETLINK_ROUTE, 0)
	if errors.Is(err, syscall.EEXIST) {
		return nil
	}
	return denied(fmt.Sprintf("put %s on %s", a, loopback), err)
}

// remove takes an address from lo. One that has gone meanwhile is as good.
func (h *host) remove(a netip.Addr) error {
	_, err := h.request(unix.RTM_DELADDR, 0, a).Execute(unix.NETLINK_ROUTE, 0)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return nil
	}
	return denied(fmt.Sprintf("take %s from %s", a, loopback), err)
}
