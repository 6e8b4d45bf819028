package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/mockmd/mockmd/core/app"
	"github.com/mockmd/mockmd/plugins/events"
	"github.com/mockmd/mockmd/plugins/iam"
	"github.com/mockmd/mockmd/plugins/identity"
	"github.com/mockmd/mockmd/plugins/instance"
	"github.com/mockmd/mockmd/plugins/network"
	"github.com/mockmd/mockmd/plugins/placement"
	"github.com/mockmd/mockmd/plugins/static"
	"github.com/mockmd/mockmd/sdk"
)

// builtin is a plugin that lives in this binary and runs in a process of its
// own all the same.
type builtin struct {
	name string
	new  func() sdk.Plugin
	// passEnv are the variables of the core's environment that it gets beyond
	// what every plugin gets.
	passEnv []string
}

// builtins is the list of shipped plugins, in the order of its names.
func builtins() []builtin {
	return []builtin{
		{name: "events", new: events.New},
		{name: "iam", new: iam.New, passEnv: []string{
			"AWS_*", "SSL_CERT_*",
			"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		}},
		{name: "identity", new: identity.New},
		{name: "instance", new: instance.New},
		{name: "network", new: network.New},
		{name: "placement", new: placement.New},
		{name: "static", new: static.New},
	}
}

// registered tells the core how the built-ins are started, and what starts any
// other plugin: this very binary.
func registered() (list []app.Builtin, launcher []string, err error) {
	self := "/proc/self/exe" // the running file, even when it has been replaced since
	if runtime.GOOS != "linux" {
		if self, err = os.Executable(); err != nil {
			return nil, nil, fmt.Errorf("find own executable: %w", err)
		}
	}
	// There are many of these processes and each has little to do: one processor
	// is enough for each, and what Go keeps for every other one is saved.
	env := map[string]string{"GOMAXPROCS": "1"}
	for _, b := range builtins() {
		list = append(list, app.Builtin{Name: b.name, Command: []string{self, servePlugin, b.name}, PassEnv: b.passEnv, Env: env})
	}
	return list, []string{self, startPlugin}, nil
}
