package sdk

import (
	"fmt"
	"path"
	"runtime/debug"
	"strings"
)

// pluginName is the name of the package that the plugin's type comes from, or
// of the program when that says nothing.
func pluginName(p Plugin) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", p), "*"), ".")
	if name != "main" && name != "sdk" {
		return name
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return path.Base(info.Path)
	}
	return "unknown"
}

// sdkVersion is the version of this module in the plugin's build.
func sdkVersion() string {
	const module = "github.com/mockmd/mockmd"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Path == module {
		return info.Main.Version
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return "unknown"
}
