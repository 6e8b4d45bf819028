//go:build unix

package confine

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain is the process that becomes another program, and that program,
// when a test starts it so.
func TestMain(m *testing.M) {
	switch os.Getenv("CONFINE_TEST") {
	case "become":
		_ = os.Setenv("CONFINE_TEST", "show")
		fmt.Fprintln(os.Stderr, Become(os.Args[1], os.Args[1:]))
		os.Exit(CannotRun)
	case "show":
		_, left := os.LookupEnv(Variable)
		fmt.Println("variable left:", left)
		for _, r := range []struct {
			name     string
			resource int
		}{{"data", unix.RLIMIT_DATA}, {"nofile", unix.RLIMIT_NOFILE}, {"nproc", unix.RLIMIT_NPROC}} {
			var l syscall.Rlimit
			if err := syscall.Getrlimit(r.resource, &l); err != nil {
				panic(err)
			}
			fmt.Println(r.name, l.Max, l.Cur == l.Max)
		}
		nice, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		fmt.Println("nice", niceness(nice), err)
		return
	}
	os.Exit(m.Run())
}

// become starts the test binary as a process that becomes path.
func become(t *testing.T, limits string, path string) (stdout string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if path == "" {
		path = self
	}
	cmd := exec.CommandContext(t.Context(), self, path)
	cmd.Env = append(os.Environ(), "CONFINE_TEST=become", limits)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// roomy is a limit on memory that the race detector can live with.
const roomy = 1 << 50

func TestBecome(t *testing.T) {
	t.Parallel()
	got, err := become(t, Limits{Memory: roomy, OpenFiles: 77, Processes: 4321, Nice: 7}.Environ(), "")
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(unix.RLIMIT_NPROC, &before); err != nil {
		t.Fatal(err)
	}
	processes := min(4321, before.Max) // never above what there was
	want := fmt.Sprintf("variable left: false\ndata %d true\nnofile 77 true\nnproc %d true\nnice 7 <nil>\n", uint64(roomy), processes)
	if got != want {
		t.Errorf("the program runs with\n%swant\n%s", got, want)
	}
}

func TestBecomeFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ limits, path, want string }{
		"no program": {Limits{}.Environ(), "/no/such/program", "run /no/such/program: no such file or directory\n"},
		"no numbers": {Variable + "=1 2", "", "MOCKMD_LIMITS has 2 numbers, want 4\n"},
		"no number":  {Variable + "=1 2 3 x", "", `MOCKMD_LIMITS: strconv.ParseUint: parsing "x": invalid syntax` + "\n"},
	} {
		got, err := become(t, c.limits, c.path)
		exit, ok := err.(*exec.ExitError) //nolint:errorlint // as os/exec returns it
		if !ok || exit.ExitCode() != CannotRun || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %v, it wrote %q, want %q", name, err, got, c.want)
		}
	}
}

// TestMemoryIsLimited: who maps more than the limit is refused it.
func TestMemoryIsLimited(t *testing.T) {
	t.Parallel()
	got, err := become(t, Limits{Memory: 1 << 20}.Environ(), "")
	if err == nil {
		t.Errorf("a Go program ran in one MiB: %s", got)
	}
}
