// Package socket has listening sockets that can be given up without a client
// noticing: who has connected is still served, an address can be taken by
// another listener before the first one is closed, and one socket can change
// hands. Unix sockets it makes for their owner alone, and it takes over those
// that the service manager has opened. It knows nothing of what is served, and
// imports nothing of the core.
package socket
