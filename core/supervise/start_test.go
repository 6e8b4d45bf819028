//go:build unix

package supervise

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/supervise/badplugin"
)

// TestStartFails: what does not come up says why, and leaves nothing behind.
func TestStartFails(t *testing.T) {
	t.Parallel()
	impatient := func(s *Spec) { s.Timeouts.Start = time.Second }
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change    func(*Spec)
		mode      string
		want      string
		permanent bool
	}{
		"exits": {
			mode: "exit",
			want: "start plugin \"test\": the process ended: exit status 7 before it shook hands as a mockmd plugin does (by sdk.Serve)\nit wrote:\n  cannot open the rack",
		},
		"prints before the handshake": {mode: "garbage", want: "remote plugin message: hello, ?[31mI am no plugin"},
		"no handshake":                {mode: "garbage", want: "did not answer as a mockmd plugin does"},
		"a line without an end":       {mode: "endless line", want: "did not answer as a mockmd plugin does"},
		"dies in the handshake":       {mode: "half a handshake", want: "start plugin \"test\": "}, // by the time it is looked at it may not have been reaped
		"silent":                      {mode: "silent", want: "start plugin \"test\": ", change: impatient},
		"nobody listens":              {mode: "nobody listens", want: "start plugin \"test\": ", change: impatient},
		"listens elsewhere": {
			mode: "listens elsewhere",
			want: `start plugin "test": it listens on "/nowhere", which is not in its own directory `,
		},
		"listens for all": {
			mode: "listens for all",
			want: `start plugin "test": it listens on a tcp address, which others can dial: listen on a unix socket in the directory that PLUGIN_UNIX_SOCKET_DIR names`,
		},
		"newer contract": {
			mode: "newer contract", permanent: true,
			want: `plugin "test" speaks contract version 99, and mockmd test speaks 1: the plugin is the newer one; run the mockmd that it was made for, or rebuild it with the SDK of this one`,
		},
		"older contract": {
			mode: "older contract", permanent: true,
			want: `plugin "test" speaks contract version 0, and mockmd test speaks 1: the plugin is the older one; rebuild it with the SDK of this mockmd, or run the mockmd that it was made for`,
		},
		"newer handshake": {
			mode: "newer handshake", permanent: true,
			want: `plugin "test" shakes hands by version 2 of go-plugin's protocol, and mockmd test by 1: the plugin is the newer one; `,
		},
		"another protocol": {mode: "net/rpc", want: `unsupported plugin protocol "netrpc"`},
		"not there": {
			want:   "start plugin \"test\": it could not be run\nit wrote:\n  run /no/such/file: no such file or directory",
			change: func(s *Spec) { s.Command = []string{"/no/such/file"} },
		},
		"not there, without a launcher": {
			want:   "start plugin \"test\": start /no/such/file: fork/exec /no/such/file: no such file or directory",
			change: func(s *Spec) { s.Command, s.Launcher = []string{"/no/such/file"}, nil },
		},
		"script":              {want: "the process ended: exit status 3 before", change: func(s *Spec) { s.Command = []string{script} }},
		"pin":                 {mode: "plain", want: "the configuration pins 0102", permanent: true, change: func(s *Spec) { s.SHA256 = []byte{1, 2} }},
		"hangs when asked":    {mode: "hangs in describe", want: `ask plugin "test" what it is: it took longer than timeouts.start`, change: impatient},
		"says it is not well": {mode: badplugin.Raw + "not serving", want: `health call: the plugin says NOT_SERVING`},
		"describes itself without end": {
			mode: badplugin.Raw + "endless description",
			want: `ask plugin "test" what it is: rpc error: code = Internal desc = grpc: failed to unmarshal the received message: it has too many parts`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, spec := testOptions(t), testSpec(c.mode)
			if c.change != nil {
				c.change(&spec)
			}
			_, err := Start(t.Context(), spec, o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q in it", err, c.want)
			}
			if errors.As(err, new(*PermanentError)) != c.permanent {
				t.Errorf("permanent is %v, want %v: %v", !c.permanent, c.permanent, err)
			}
			if left, err := os.ReadDir(o.SocketDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestPinnedProgramRuns(t *testing.T) {
	t.Parallel()
	spec := testSpec("plain")
	spec.SHA256 = sumOf(t, spec.Command[0])
	start(t, spec, testOptions(t))
}

// sumOf is the SHA-256 of a file.
func sumOf(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	var wrong *PinError
	if err := checkPin(f, path, []byte{0}); !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	return wrong.Got
}
