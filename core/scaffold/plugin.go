package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// Plugin is what the templates are executed with.
type Plugin struct {
	// Name is the label of the plugin's block, the name of its program and
	// the last element of the path that it serves.
	Name string
	// Dir is the folder as people write it in a command.
	Dir string
	// SDK is where a plugin in Go has the SDK from; other languages do not
	// look at it.
	SDK SDK
}

// Module is the path of a plugin's Go module. It is never fetched.
func (p Plugin) Module() string { return "example.com/" + p.Name }

// name is what a plugin may be called: the name is that of a folder, a
// program, a module, a path of the metadata service and the label of a block.
var name = lazyregexp.New(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// maxName is how long the label of a plugin's block may be.
const maxName = 64

// CheckName returns an error, with the mend, when a plugin cannot be called s.
// Taken are names that a configuration knows already.
func CheckName(s string, taken []string) error {
	switch {
	case len(s) > maxName || !name.MatchString(s):
		mend := ""
		if near := suggest(s); near != "" {
			mend = fmt.Sprintf(", such as %q", near)
		}
		return fmt.Errorf("%q is no name for a plugin: it is made of lower-case letters, digits and single dashes, begins with a letter and has at most %d of them%s", s, maxName, mend)
	case slices.Contains(taken, s):
		return fmt.Errorf("%q is the name of a built-in plugin: choose another one, such as %q", s, "my-"+s)
	}
	return nil
}

var unwanted = lazyregexp.New(`[^a-z0-9]+`)

// suggest returns a name like s that a plugin may have; empty when there is
// none.
func suggest(s string) string {
	s = strings.Trim(unwanted.ReplaceAllString(strings.ToLower(s), "-"), "-0123456789")
	if len(s) > maxName || !name.MatchString(s) {
		return ""
	}
	return s
}
