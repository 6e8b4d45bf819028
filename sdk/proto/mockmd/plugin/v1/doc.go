// Package pluginv1 is the generated Go code of contract mockmd.plugin.v1, which
// plugin.proto beside it defines and documents. Only the two ends of the
// contract use it: the core and the SDK. It imports nothing of mockmd.
package pluginv1
