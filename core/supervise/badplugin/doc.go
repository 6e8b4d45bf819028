// Package badplugin is a plugin that misbehaves, in as many ways as there are
// modes: it dies, hangs, floods, forks, lies and sends what no SDK would. It is
// for tests, which start their own binary as it. It imports only the SDK, the
// contract and the transport.
package badplugin
