package config

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/sys/unix"
)

// command decodes command. Without one the plugin must be built in; that is
// reported only when wanted, since after an unknown argument it is likely that
// the command is there under a wrong name.
func (l *loader) command(p *Plugin, attrs hcl.Attributes, wanted bool) {
	attr, given := attrs["command"]
	if !given {
		if wanted && !slices.Contains(l.builtins, p.Name) {
			l.errorAt(p.Range, "Plugin without a command",
				"No built-in plugin is called %q.%s The built-in ones are %s. Any other needs its program, like command = [\"./%s\"].",
				p.Name, nearest(p.Name, l.builtins), strings.Join(l.builtins, ", "), p.Name)
		}
		return
	}
	p.CommandRange = attr.Expr.Range()
	before := l.errors()
	list, at, ok := l.list(attrs, "command")
	if l.errors() != before {
		return
	}
	if !ok || len(list) == 0 {
		l.errorAt(at, "Invalid command",
			"The list is empty. Its first element is the program, the others are its arguments: command = [\"./%s\"].", p.Name)
		return
	}
	for _, e := range list {
		if strings.ContainsRune(e.text, 0) {
			l.errorAt(e.at, "Invalid command", "An argument of a program cannot contain a zero byte.")
			return
		}
		p.Command = append(p.Command, e.text)
	}
	p.Command[0] = l.program(list[0])
}

// program returns the absolute path of a program. PATH is never searched: what
// runs must not depend on the environment.
func (l *loader) program(e element) string {
	switch {
	case e.text == "":
		l.errorAt(e.at, "Invalid command", "The program's path is empty.")
		return ""
	case !strings.ContainsRune(e.text, '/'):
		l.errorAt(e.at, "Invalid command",
			"%q is a bare word, and PATH is not searched. Write \"./%s\" for a program beside the configuration file, or its absolute path.", e.text, e.text)
		return ""
	}
	path := l.resolve(e.text)
	if l.options.Program != nil {
		path = l.options.Program(path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.errorAt(e.at, "Program not found",
			"There is no %s. A relative path starts at the folder of the configuration file.", path)
	case err != nil:
		l.errorAt(e.at, "Program not found", "Looking for %s failed: %v.", path, cause(err))
	case !info.Mode().IsRegular():
		l.errorAt(e.at, "Program cannot be run", "%s is not a file.", path)
	case unix.Access(path, unix.X_OK) != nil:
		l.errorAt(e.at, "Program cannot be run", "%s is not executable for this user. `chmod +x %s` makes it so.", path, path)
	}
	return path
}
