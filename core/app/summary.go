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
	in := &s.file.Instance.Facts
	var b strings.Builder
	fmt.Fprintf(&b, "mockmd %s serves instance %s (%s, %s, account %s)\n", version, in.ID, in.InstanceType, in.AvailabilityZone, in.AccountID)
	metadata, note := reachable(s.metadata.Addr())
	fmt.Fprintf(&b, "  metadata  http://%s%s\n", metadata, note)
	if s.metadata6 != nil {
		metadata6, note := reachable(s.metadata6.Addr())
		fmt.Fprintf(&b, "  metadata  http://%s%s\n", metadata6, note)
	}
	control, note := reachable(s.control.Addr())
	fmt.Fprintf(&b, "  admin     http://%s%s\n", control, note)
	for i, p := range s.plugins.list {
		var mounts []string
		for _, m := range s.plugins.mounts {
			if m.Plugin == p.Name() {
				mounts = append(mounts, m.Path)
			}
		}
		fmt.Fprintf(&b, "  plugin    %s: %s", p.Name(), strings.Join(mounts, ", "))
		if configured := s.plugins.summary[i]; configured != "" {
			fmt.Fprintf(&b, "; %s", configured)
		}
		b.WriteByte('\n')
	}
	if metadata != imdsAddress {
		fmt.Fprintf(&b, "Point AWS SDKs, the AWS CLI and agents at it:\n  export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://%s/\n", metadata)
	}
	fmt.Fprint(w, b.String())
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
