// Package conformance checks that a plugin, in whatever language, keeps the
// contract: it starts the built program as the core does, in several processes
// one after another, and checks each rule of [Rules] on them. The command
// `mockmd plugin test` and the tests of the shipped plugins and examples run
// it.
//
// It builds on core/supervise for processes, on core/router for what a tree
// may be and on core/config for configurations, and speaks the contract
// itself, since it must be able to break off where the core would not. It
// imports no plugin.
package conformance
