package config

import (
	"maps"
	"slices"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// noFunction is what HCL says of a function that there is not; a proposal may
// follow.
var noFunction = lazyregexp.New(`^There is no function named "([^"]+)"\.`)

// proposeFunctions makes the proposals of errors about unknown functions anew:
// HCL takes the first that is near in the order of a map, so that the same file
// would be told another one each time.
func (l *loader) proposeFunctions() {
	for i, d := range l.diags {
		m := noFunction.FindStringSubmatch(d.Detail)
		if d.Summary != "Call to unknown function" || m == nil {
			continue
		}
		mended := *d
		mended.Detail = m[0] + nearest(m[1], slices.Sorted(maps.Keys(l.ctx.Functions)))
		l.diags[i] = &mended
	}
}
