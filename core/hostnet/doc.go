// Package hostnet gives a host the addresses of the metadata service,
// 169.254.169.254 and fd00:ec2::254, and keeps its neighbours away from them.
//
// Up puts the addresses on the loopback interface, behind a guard: a table
// "mockmd" of nftables that drops what comes to them through any interface but
// lo and those that are allowed, and another one that leaves ARP requests for
// the IPv4 address unanswered there. (Linux answers ARP for every address that
// it has, on every interface. It does not answer IPv6 neighbour discovery for
// an address of lo.) The guard is there before the addresses are and goes after
// them, so that no neighbour ever reaches them.
//
// The guard looks at what is for this host (the input hook), after any DNAT,
// and drops by the address, whoever listens there and whichever interface has
// it. What this host forwards or bridges for others is not touched. Nothing
// here sets route_localnet or any other sysctl.
//
// The addresses are such that no connection to elsewhere is made from them: the
// IPv4 one has scope host, the IPv6 one is deprecated.
//
// Down undoes what Up did: an address that was there before Up stays. What Up
// did is written into the comments of the guard's rules, and, for when others
// remove those, into the addresses themselves. A reboot leaves nothing of it.
//
// It imports nothing of mockmd. On other systems than Linux every function says
// that it cannot.
package hostnet
