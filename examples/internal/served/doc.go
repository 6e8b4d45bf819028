// Package served runs an example as its README tells it: the plugin is built
// beside its configuration, and a real mockmd serves it. Only the addresses are
// changed to free ones.
//
// It is for the tests of the examples. It imports nothing of ours: mockmd is
// built and run as a program.
package served
