// Package guard decides who may talk to an HTTP listener of this host that
// hands out things worth stealing, such as credentials.
//
// Three questions are asked of each request, and each stops an attack that was
// seen on tools of this kind:
//
//   - Is the peer local? ([Policy.Peer]) A neighbour on the network reaches a
//     listener on 169.254.169.254 as soon as the kernel takes the packet from
//     any interface.
//   - Does the Host header name this host? ([Policy.Host]) A web page whose
//     name was rebound to a local address sends its own name.
//   - Does a web page ask at all? ([Browser]) A page of another origin can
//     send a simple POST without asking first.
//
// [Policy.Handler] asks all three for a net/http server, [Policy.Web] the last
// two. A listener that does not use net/http calls the functions itself.
//
// The package imports nothing but the standard library, so that the core and
// any plugin with a listener of its own can share it.
package guard
