// Package app puts the core together: it loads the configuration, starts and
// configures the plugins, builds the router and the listeners, runs them and
// closes them in order.
//
// It knows the built-in plugins only as commands that it is given; the command
// in core/cmd/mockmd names them. It imports no plugin.
package app
