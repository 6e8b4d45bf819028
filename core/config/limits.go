package config

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/router"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// What a limits block may say at most and at least.
const (
	minTreeBytes = 1 << 10
	// minMemory is what a Go program maps before it does anything, and some.
	minMemory    = 192 << 20
	maxMemory    = 1 << 40
	minOpenFiles = 32
	maxOpenFiles = 1 << 20
	maxProcesses = 1 << 22
	maxNice      = 19
	maxLogLines  = 100_000
)

var limitsSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "tree_bytes"},
	{Name: "tree_nodes"},
	{Name: "memory"},
	{Name: "open_files"},
	{Name: "processes"},
	{Name: "nice"},
	{Name: "log_lines_per_second"},
}}

// limits decodes a limits block, which may be nil; what it leaves out is as in
// base.
func (l *loader) limits(block *hcl.Block, base Limits) Limits {
	if block == nil {
		return base
	}
	attrs := l.content(block.Body, &limitsSchema).Attributes
	l.size(attrs, "tree_bytes", minTreeBytes, router.MaxTree, &base.TreeBytes)
	l.number(attrs, "tree_nodes", 1, router.MaxNodes, &base.TreeNodes)
	l.size(attrs, "memory", minMemory, maxMemory, &base.Memory)
	l.number(attrs, "open_files", minOpenFiles, maxOpenFiles, &base.OpenFiles)
	l.number(attrs, "processes", 1, maxProcesses, &base.Processes)
	l.number(attrs, "nice", 0, maxNice, &base.Nice)
	l.number(attrs, "log_lines_per_second", 1, maxLogLines, &base.LogLinesPerSecond)
	return base
}

// number decodes a whole number from least to most.
func (l *loader) number(attrs hcl.Attributes, name string, least, most int, into *int) {
	n, at, ok := get[int](l, attrs, name)
	switch {
	case !ok:
	case n < least || n > most:
		l.errorAt(at, "Invalid limit", "%s is %d: write a whole number from %d to %d.", name, n, least, most)
	default:
		*into = n
	}
}

// sizeText is how a size is written.
var sizeText = lazyregexp.New(`^([0-9]{1,15})(B|KiB|MiB|GiB)$`)

// sizeUnits are the units of sizes, as powers of two.
var sizeUnits = map[string]int{"B": 0, "KiB": 10, "MiB": 20, "GiB": 30}

// size decodes a number of bytes, written with its unit, from least to most.
func (l *loader) size(attrs hcl.Attributes, name string, least, most int64, into *int64) {
	text, at, ok := get[string](l, attrs, name)
	if !ok {
		return
	}
	m := sizeText.FindStringSubmatch(text)
	if m == nil {
		l.errorAt(at, "Invalid size", "%q is not a size: write a whole number with its unit, like \"64KiB\", \"256MiB\" or \"1GiB\".", text)
		return
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // digits, and few enough
	unit := sizeUnits[m[2]]
	if n > most>>unit || n<<unit < least {
		l.errorAt(at, "Invalid limit", "%s is %q: write a size from %q to %q.", name, text, sizeString(least), sizeString(most))
		return
	}
	*into = n << unit
}

// sizeString writes a size in the largest unit that holds it in full.
func sizeString(n int64) string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if one := int64(1) << sizeUnits[unit]; n >= one && n%one == 0 {
			return fmt.Sprintf("%d%s", n/one, unit)
		}
	}
	return fmt.Sprintf("%dB", n)
}
