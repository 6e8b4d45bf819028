package supervise

import (
	"maps"
	"slices"
	"strings"
)

// inherited are the variables that every plugin gets from the core's
// environment. Nothing else is passed on unless the configuration, or the
// registration of a built-in, names it: the environment of a daemon holds
// secrets that no plugin was meant to see.
var inherited = []string{"PATH", "HOME", "TMPDIR", "TZ", "LANG"}

// Environ makes the environment of a plugin process from the core's own, as
// os.Environ returns it: the few variables that every process needs, what pass
// names ("AWS_*" is all that begin so), and set, which wins. In every case the
// AWS SDK in a plugin is kept from asking this very daemon for credentials.
func Environ(own, pass []string, set map[string]string) []string {
	env := map[string]string{}
	for _, kv := range own {
		name, value, _ := strings.Cut(kv, "=")
		if slices.Contains(inherited, name) || slices.ContainsFunc(pass, func(p string) bool { return named(name, p) }) {
			env[name] = value
		}
	}
	maps.Copy(env, set)
	env["AWS_EC2_METADATA_DISABLED"] = "true"
	out := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// named tells whether a variable is meant by a name or by a prefix with a star.
func named(variable, pattern string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(variable, prefix)
	}
	return variable == pattern
}

// has tells whether an environment has a variable.
func has(env []string, name string) bool {
	return slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
}
