package conformance

import (
	"errors"
	"fmt"
	"maps"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// secondLabel is the label of the instance that the test adds and removes.
const secondLabel = "conformance"

// Subject is the plugin that is tested.
type Subject struct {
	// Name is the label of the plugin's block.
	Name string
	// Command is the program, as an absolute path, and its arguments.
	Command []string
	// Env is the whole environment of its processes, as [supervise.Environ]
	// makes it; TMPDIR is replaced.
	Env []string
	// MTLS has core and plugin prove themselves to each other by certificates.
	MTLS bool
	// Mounts are those that the plugin's block names; nil when it names none.
	Mounts []string
	// Config is the plugin's config block, evaluated.
	Config *pluginv1.Body
	// ConfigDir is the folder that relative paths in Config are meant from;
	// empty: one that is made for the test.
	ConfigDir string

	instance      *instance.Instance
	first, second *pluginv1.Instance
}

// NewSubject makes a subject of a plugin block: its command and all else come
// from there, the instance from its file. Environ is the environment of this
// process, as os.Environ returns it; passEnv are variables that the plugin gets
// by registration.
func NewSubject(file *config.File, p *config.Plugin, environ, passEnv []string) (*Subject, error) {
	if len(p.Command) == 0 {
		return nil, fmt.Errorf("plugin %q has no command", p.Name)
	}
	set := map[string]string{wire.LogLevelEnv: "info"}
	maps.Copy(set, p.Env)
	s := &Subject{
		Name: p.Name, Command: p.Command, Mounts: p.Mounts, Config: p.Config, ConfigDir: file.Dir, MTLS: p.MTLS,
		Env:      supervise.Environ(environ, append(append([]string{}, p.PassEnv...), passEnv...), set),
		instance: file.Instance,
	}
	second, diags := instance.Decode(nil, nil, secondLabel)
	if diags.HasErrors() {
		return nil, fmt.Errorf("make a second instance: %w", diags)
	}
	second.Facts.Label = secondLabel
	var err, err2 error
	s.first, err = s.instance.Proto(1)
	s.second, err2 = second.Proto(1)
	return s, errors.Join(err, err2)
}

// changed returns the first instance with other facts, as its state of the
// given number: it gets a tag that counts.
func (s *Subject) changed(revision uint64) (*pluginv1.Instance, error) {
	in := *s.instance
	in.Facts.Tags = map[string]string{"Name": fmt.Sprintf("conformance-%d", revision)}
	in.Facts.TagKeys = []string{"Name"}
	return in.Proto(revision)
}

// again returns the second instance as its state of the given number.
func (s *Subject) again(revision uint64) *pluginv1.Instance {
	return &pluginv1.Instance{Label: s.second.GetLabel(), Revision: revision, Facts: s.second.GetFacts()}
}
