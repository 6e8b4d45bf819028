// Package adminclient asks the admin listener of a running mockmd, on behalf
// of the commands that people type. Of the core it imports core/config, which says
// where the listener is, and core/admin, which reads the token.
package adminclient
