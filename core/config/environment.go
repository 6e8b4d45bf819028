package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// envName is a portable name of an environment variable (POSIX.1-2024, 8.1),
// lower case included.
var envName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

// env decodes env.
func (l *loader) env(attrs hcl.Attributes) map[string]string {
	out := map[string]string{}
	for _, e := range l.object(attrs, "env") {
		if !l.checkEnv(e.key, e.key, e.at) {
			continue
		}
		if strings.ContainsRune(e.text, 0) {
			l.errorAt(e.at, "Invalid environment variable", "The value of %s contains a zero byte, which no variable can.", e.key)
			continue
		}
		out[e.key] = e.text
	}
	return out
}

// passEnv decodes pass_env.
func (l *loader) passEnv(attrs hcl.Attributes) []string {
	list, _, _ := l.list(attrs, "pass_env")
	var out []string
	for _, e := range list {
		name := strings.TrimSuffix(e.text, "*") // AWS_* is all that begin so
		if l.checkEnv(name, e.text, e.at) {
			out = append(out, e.text)
		}
	}
	return out
}

// checkEnv reports names that no variable can have and those that the core
// itself sets. Given is the text that the user wrote.
func (l *loader) checkEnv(name, given string, at hcl.Range) bool {
	switch {
	case !envName.MatchString(name):
		l.errorAt(at, "Invalid environment variable",
			"%q is not the name of an environment variable: use letters, digits and underscores, and do not begin with a digit.", given)
	case strings.HasPrefix(name, "PLUGIN_"), strings.HasPrefix(name, "MOCKMD_"), name == "AWS_EC2_METADATA_DISABLED":
		l.errorAt(at, "Reserved environment variable",
			"%s is set by mockmd itself for each plugin. Use another name.", given)
	default:
		return true
	}
	return false
}
