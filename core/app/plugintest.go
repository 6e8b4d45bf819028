package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/conformance"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// PluginTest says which plugin [TestPlugin] tests and how it is configured.
type PluginTest struct {
	// Command is the name of a built-in, or the path of a program or of the
	// folder that one is in, and its arguments.
	Command []string
	// Config is the path of a configuration file that has a block for the
	// plugin, or what stands in its config block. Empty: metadata.hcl of the
	// folder, where there is one.
	Config string
	// Label is the label of the plugin's block; empty: it is found by the
	// program, by its name, or because there is no other.
	Label string
	// Mounts are those that the block names; nil: as it says.
	Mounts []string
	// Options are those of the test itself. The version is filled in.
	Options conformance.Options
}

// TestPlugin checks that a plugin keeps the contract. The errors are
// [ErrConfiguration], [*PluginNameError] and what keeps the test from being
// made; what the plugin breaks is in the report.
func TestPlugin(ctx context.Context, o Options, t PluginTest) (_ *conformance.Report, err error) {
	// Not "mockmd-plugin-…": those are swept as sockets that a core left behind.
	scratch, err := os.MkdirTemp("", "mockmd-test-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the test: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	command, builtin, err := t.program(ctx, &o, scratch)
	if err != nil {
		return nil, err
	}
	label, path := t.Label, t.Config
	if label == "" {
		label = labelOf(t.Command[0])
	}
	inside := "" // what stands in the config block when there is no file
	if path == "" {
		path = filepath.Join(t.Command[0], "metadata.hcl")
		if builtin != nil || !isFile(path) {
			path = ""
		}
	} else if !isFile(path) {
		if !strings.ContainsAny(path, "={\n") {
			return nil, fmt.Errorf("-config %s: there is no such file, and it is not what stands in a config block, like 'row = 7'", path)
		}
		path, inside = "", path
	}
	known, made := names(&o), path == ""
	if made {
		path = filepath.Join(scratch, "metadata.hcl")
		text := fmt.Sprintf("plugin %q {\n  config {\n%s\n  }\n}\n", label, inside)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write the configuration: %w", err)
		}
		known = append(known, label) // its program is known already
	}
	file, sources, diags := config.Load(path, config.Options{Builtins: known, LookupEnv: lookup(o.Environ), Program: t.instead(command)})
	if diags.HasErrors() {
		return nil, errors.Join(ErrConfiguration, sources.Write(o.Stderr, diags, false, 0))
	}
	block, err := t.block(file, command, label)
	if err != nil {
		return nil, err
	}
	if len(t.Command) == 1 && len(block.Command) > 0 {
		command = append(command[:1:1], block.Command[1:]...)
	}
	if t.Mounts != nil {
		block.Mounts = t.Mounts
	}
	block.Command = command
	var pass []string
	if builtin != nil {
		pass = builtin.PassEnv
	}
	subject, err := conformance.NewSubject(file, block, o.Environ, pass)
	if err != nil {
		return nil, err
	}
	if made {
		subject.ConfigDir = ""
	}
	t.Options.CoreVersion = o.Version
	return conformance.Test(ctx, subject, t.Options)
}

// program returns the command of the plugin, and the built-in that it is, if
// any.
func (t *PluginTest) program(ctx context.Context, o *Options, scratch string) ([]string, *Builtin, error) {
	name, args := t.Command[0], t.Command[1:]
	if !strings.ContainsRune(name, filepath.Separator) && name != "." && name != ".." {
		i := slices.IndexFunc(o.Builtins, func(b Builtin) bool { return b.Name == name })
		if i < 0 {
			return nil, nil, &PluginNameError{Name: name, Builtins: names(o)}
		}
		b := &o.Builtins[i]
		return append(slices.Clone(b.Command), args...), b, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, nil, fmt.Errorf("find %s: %w", name, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("find the plugin's program: %w", err)
	}
	if !info.IsDir() {
		return append([]string{path}, args...), nil, nil
	}
	command, err := conformance.FindProgram(ctx, path, scratch, o.Stderr)
	return append(command, args...), nil, err
}

// instead says what a program that a configuration names is replaced by: the
// one that lies in the tested folder, and need not be built there, by the one
// that is tested.
func (t *PluginTest) instead(command []string) func(string) string {
	folder, err := filepath.Abs(t.Command[0])
	return func(path string) string {
		if err == nil && filepath.Dir(path) == folder {
			return command[0]
		}
		return path
	}
}

// block finds the block of the plugin.
func (t *PluginTest) block(file *config.File, command []string, label string) (*config.Plugin, error) {
	labelled := func(p *config.Plugin) bool { return p.Name == label }
	if t.Label == "" {
		for _, is := range []func(p *config.Plugin) bool{
			func(p *config.Plugin) bool { return len(p.Command) > 0 && p.Command[0] == command[0] },
			labelled,
		} {
			for i := range file.Plugins {
				if is(&file.Plugins[i]) {
					return &file.Plugins[i], nil
				}
			}
		}
	}
	var there []string
	for i := range file.Plugins {
		if labelled(&file.Plugins[i]) {
			return &file.Plugins[i], nil
		}
		there = append(there, file.Plugins[i].Name)
	}
	return nil, fmt.Errorf("%s has no block for plugin %q, only for %s: name the block with -plugin", file.Path, label, strings.Join(there, ", "))
}

// unfit are the characters that the label of a block cannot have.
var unfit = lazyregexp.New(`[^A-Za-z0-9_-]+|^[_-]+`)

// labelOf makes a label of the path of a program.
func labelOf(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if filepath.Base(path) == conformance.PythonMain {
		path = filepath.Dir(path) // its folder says more
	}
	label := unfit.ReplaceAllString(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), "")
	if label == "" {
		return "plugin"
	}
	return label[:min(len(label), 64)]
}
