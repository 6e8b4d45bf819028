package scaffold

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// module is the Go module that the SDK is in.
const module = "github.com/mockmd/mockmd"

// SDK is where a plugin in Go has the SDK from.
type SDK struct {
	// Version is the version of the module that the plugin requires.
	Version string
	// Checkout is the folder that is used in its place; empty is none.
	Checkout string
}

// Replace is the checkout as go.mod has it.
func (s SDK) Replace() string { return strconv.Quote(s.Checkout) }

// released is a version that can be fetched; a build of a checkout in between
// has a pseudo-version.
var released = lazyregexp.New(`^v\d+\.\d+\.\d+(-(alpha|beta|rc)[.0-9]*)?$`)

// FindSDK returns where a new plugin has the SDK from. A checkout, when it is
// not empty, is what the user names. Otherwise it is the very release that this
// program is of, and for a build of a checkout the first one that a folder of
// near, an absolute path, lies in.
func FindSDK(checkout string, build *debug.BuildInfo, near ...string) (SDK, error) {
	if checkout != "" {
		dir, err := filepath.Abs(checkout)
		if err != nil {
			return SDK{}, fmt.Errorf("find the SDK: %w", err)
		}
		if !isCheckout(dir) {
			return SDK{}, fmt.Errorf("%s is no checkout of %s: its go.mod is missing or of another module", checkout, module)
		}
		return SDK{Version: "v0.0.0", Checkout: dir}, nil
	}
	if build != nil && build.Main.Path == module && (build.Main.Sum != "" || released.MatchString(build.Main.Version)) {
		return SDK{Version: build.Main.Version}, nil
	}
	for _, dir := range near {
		for above := ""; filepath.IsAbs(dir) && dir != above; above, dir = dir, filepath.Dir(dir) {
			if isCheckout(dir) {
				return SDK{Version: "v0.0.0", Checkout: dir}, nil
			}
		}
	}
	return SDK{}, errors.New("this mockmd was built from a checkout and does not know where that is: name the folder with -sdk DIR")
}

// SourceDir is a folder of the source that this program was compiled from; empty
// when the build did not keep it, as with -trimpath.
func SourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	if !filepath.IsAbs(file) {
		return ""
	}
	return filepath.Dir(file)
}

func isCheckout(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && slices.Contains(strings.Split(string(mod), "\n"), "module "+module)
}
