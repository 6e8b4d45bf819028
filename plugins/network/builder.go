package network

import (
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// The versions that brought what this plugin serves.
const (
	always       = ""           // 1.0
	sinceNames   = "2007-01-19" // host names and the public address
	sinceNetwork = "2011-01-01" // the directory network and all in it at first
	sinceBlocks  = "2016-06-30" // IPv6, and several CIDR blocks in a VPC
	sinceCards   = "2020-11-01" // instance types with several network cards
	sinceIPv6    = "2021-01-03" // ipv6 beside local-ipv4
	sincePrefix  = "2021-07-15" // delegated prefixes
)

// builder is a tree in the making.
type builder sdk.Tree

// add adds a value. Without one there is no path.
func (b builder) add(path, value, since string) {
	if value == "" {
		return
	}
	leaf := sdk.Text(value)
	leaf.Since = since
	b[path] = leaf
}

// addLines adds values one a line. The last line has no newline, as everywhere
// in the real service.
func (b builder) addLines(path string, values []string, since string) {
	b.add(path, strings.Join(values, "\n"), since)
}
