package network

import "github.com/mockmd/mockmd/sdk"

// addresses adds what stands in meta-data itself: the addresses and names of
// the instance, which are those of its primary interface.
func (b builder) addresses(in *sdk.Instance) {
	const root = "meta-data/"
	b.add(root+"hostname", in.PrivateDNS, always)
	b.add(root+"local-hostname", in.PrivateDNS, sinceNames)
	b.add(root+"local-ipv4", in.PrivateIP, always)
	b.add(root+"public-hostname", in.PublicDNS, sinceNames)
	b.add(root+"public-ipv4", in.PublicIP, sinceNames)
	if len(in.NetworkInterfaces) == 0 {
		return
	}
	primary := &in.NetworkInterfaces[0]
	b.add(root+"mac", primary.MACAddress, sinceNetwork)
	if len(primary.IPv6Addresses) > 0 {
		b.add(root+"ipv6", primary.IPv6Addresses[0], sinceIPv6)
	}
}
