package app

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
)

// imdsAddress is where SDKs look when nothing tells them otherwise.
const imdsAddress = "169.254.169.254:80"

// summary tells people on w what has been started and what to type.
func (s *service) summary(w io.Writer, version string) {
	g := s.current.Load()
	var b strings.Builder
	if g.file.Instance != nil {
		in := &g.file.Instance.Facts
		fmt.Fprintf(&b, "mockmd %s serves instance %s (%s, %s, account %s)\n", version, in.ID, in.InstanceType, in.AvailabilityZone, in.AccountID)
	} else {
		fmt.Fprintf(&b, "mockmd %s serves the instances of clients\n", version)
	}
	for _, described := range g.file.Instances.Describe() {
		fmt.Fprintf(&b, "  instance  %s\n", described)
	}
	metadata := ""
	for _, l := range s.listeners {
		address, note := reachable(l.Addr())
		fmt.Fprintf(&b, "  %-8s  %s%s%s\n", l.role, l.scheme(g), address, note)
		if metadata == "" { // the first one is for SDKs
			metadata = address
		}
	}
	for _, m := range g.members {
		fmt.Fprintf(&b, "  plugin    %s: %s", m.name, strings.Join(m.mounts, ", "))
		if m.summary != "" {
			fmt.Fprintf(&b, "; %s", m.summary)
		}
		b.WriteByte('\n')
	}
	if metadata != imdsAddress {
		fmt.Fprintf(&b, "Point AWS SDKs, the AWS CLI and agents at it:\n  export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://%s/\n", metadata)
	}
	fmt.Fprint(w, b.String())
}

// scheme is that of the URL of a listener, as far as its address.
func (l *listener) scheme(g *generation) string {
	switch {
	case l.Addr().Network() == "unix":
		return "unix://"
	case l.role == roleAdmin && g.certificate != nil:
		return "https://"
	}
	return "http://"
}

// reachable turns a listener on all interfaces into an address that a local
// program can dial, with a note that it is more than that.
func reachable(a net.Addr) (address, note string) {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil || !ap.Addr().IsUnspecified() {
		return a.String(), ""
	}
	return fmt.Sprintf("127.0.0.1:%d", ap.Port()), " (all interfaces)"
}
