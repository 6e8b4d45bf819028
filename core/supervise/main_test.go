//go:build unix

package supervise

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"github.com/mockmd/mockmd/core/internal/confine"
	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

// onLinux: there is /proc, and there are subreapers.
const onLinux = runtime.GOOS == "linux"

// launchCommand is how the test binary is told to become a plugin under limits.
const launchCommand = "become"

// reaper is that of the test process, which is one core for all tests.
var reaper *Reaper

// TestMain is the plugin when the supervisor under test starts the test binary
// as one, and runs the tests otherwise.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == launchCommand {
		fmt.Fprintln(os.Stderr, confine.Become(os.Args[2], os.Args[3:]))
		os.Exit(confine.CannotRun)
	}
	if mode := os.Getenv(badplugin.Mode); mode != "" {
		badplugin.Serve(mode)
		return
	}
	var err error
	if reaper, err = NewReaper(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
