package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/conformance"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Describe starts a plugin as a configuration would, asks it what it is and
// ends it; it is neither configured nor run. The command's first element is the
// name of a built-in or, when it has a slash in it, the path of a program; a
// path that is a folder means the program in it that is called as the folder
// is, or main.py. The errors are [*PluginNameError] and failures of the plugin.
func Describe(ctx context.Context, o Options, command []string) (*pluginv1.DescribeResponse, error) {
	c, err := described(&o, command)
	if err != nil {
		return nil, err
	}
	c.Timeouts, c.Limits = config.DefaultTimeouts(), config.DefaultLimits()
	log, err := newLog(&o, config.Log{Level: "warn", Format: "text"}, o.Stderr)
	if err != nil {
		return nil, err
	}
	socketDir, err := supervise.PrepareSocketDir("")
	if err != nil {
		return nil, err
	}
	p, err := supervise.Start(ctx, spec(&o, c, log.GetLevel()), supervise.Options{Log: log, CoreVersion: o.Version, SocketDir: socketDir})
	if err != nil {
		return nil, err
	}
	p.Close()
	return p.Description(), nil
}

// described is the plugin block that a command line stands for.
func described(o *Options, command []string) (*config.Plugin, error) {
	name := command[0]
	if !strings.ContainsRune(name, filepath.Separator) {
		if !slices.Contains(names(o), name) {
			return nil, &PluginNameError{Name: name, Builtins: names(o)}
		}
		return &config.Plugin{Name: name}, nil
	}
	program, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", name, err)
	}
	info, err := os.Stat(program)
	if err == nil && info.IsDir() {
		folder := program
		program = filepath.Join(folder, filepath.Base(folder))
		if _, err = os.Stat(program); err != nil {
			if python := filepath.Join(folder, conformance.PythonMain); isFile(python) {
				program, err = python, nil
			}
		}
		if err != nil {
			err = fmt.Errorf("%w: a folder is taken for that of the program of the same name; build it, or name another program", err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find the plugin's program: %w", err)
	}
	return &config.Plugin{Name: filepath.Base(program), Command: append([]string{program}, command[1:]...)}, nil
}

// isFile tells whether there is a file, and not a folder, at a path.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// PluginNameError is a bare word that is no built-in plugin.
type PluginNameError struct {
	Name     string
	Builtins []string
}

// Error lists the built-ins and says how another program is named.
func (e *PluginNameError) Error() string {
	return fmt.Sprintf("no built-in plugin is called %q; they are %s. Any other is named by the path of its program, like ./%s",
		e.Name, strings.Join(e.Builtins, ", "), e.Name)
}
