package app

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/core/supervise"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// spec says how a plugin of the configuration is started.
func spec(o *Options, c *config.Plugin, level hclog.Level) supervise.Spec {
	s := supervise.Spec{
		Name: c.Name, Command: c.Command, Launcher: o.Launcher, SHA256: c.SHA256, MTLS: c.MTLS, Limits: limits(&c.Limits),
		Timeouts: supervise.Timeouts{Start: c.Timeouts.Start, Resolve: c.Timeouts.Resolve, Act: c.Timeouts.Act, Stop: c.Timeouts.Stop},
	}
	pass, set := c.PassEnv, map[string]string{}
	if len(c.Command) == 0 {
		for _, b := range o.Builtins {
			if b.Name == c.Name {
				s.Command, s.Launcher = b.Command, nil
				pass = append(slices.Clone(pass), b.PassEnv...) // by registration, never by label
				maps.Copy(set, b.Env)
			}
		}
	}
	set[wire.LogLevelEnv] = level.String()
	maps.Copy(set, c.Env)
	s.Env = supervise.Environ(o.Environ, pass, set)
	return s
}

// limits are what a plugin of the configuration may use.
func limits(l *config.Limits) supervise.Limits {
	return supervise.Limits{
		TreeBytes: int(l.TreeBytes), TreeNodes: l.TreeNodes, LogLinesPerSecond: l.LogLinesPerSecond,
		Process: confine.Limits{Memory: uint64(l.Memory), OpenFiles: uint64(l.OpenFiles), Processes: uint64(l.Processes), Nice: l.Nice},
	}
}

// request is what a plugin is configured with.
func request(file *config.File, c *config.Plugin, instances []*pluginv1.Instance) *pluginv1.ConfigureRequest {
	return &pluginv1.ConfigureRequest{
		Name: c.Name, Config: c.Config, Instances: instances, Mounts: c.Mounts,
		ConfigDir: file.Dir, StateDir: stateDir(file, c.Name),
	}
}

// stateDir is where a plugin may keep files; empty when there is no place.
func stateDir(file *config.File, plugin string) string {
	if file.StateDir == "" {
		return ""
	}
	return filepath.Join(file.StateDir, plugin)
}
