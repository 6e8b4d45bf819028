//go:build unix

package supervise

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
)

// printed is a child without a process: what it would print is there already.
type printed struct {
	*child
	text  string
	ended chan struct{}
}

func (p *printed) Start(context.Context) error { return nil }
func (p *printed) Kill(context.Context) error  { return nil }
func (p *printed) ID() string                  { return "1" }
func (p *printed) Stderr() io.ReadCloser       { return io.NopCloser(strings.NewReader("")) }
func (p *printed) Stdout() io.ReadCloser {
	return &handshakeLine{ReadCloser: io.NopCloser(strings.NewReader(p.text)), rest: io.Discard}
}

func (p *printed) Wait(context.Context) error {
	<-p.ended
	return nil
}

// FuzzHandshakeLine has go-plugin, set as the core sets it, read what a process
// prints. DIR in it is the directory of the process's socket, in which there
// are the socket "s", the file "f", the folder "d" with the socket "d/s", and
// the link "l" to a socket elsewhere. Whatever is printed, no other address
// than DIR/s would be dialled, and what is refused is told in a few lines that
// name the plugin.
func FuzzHandshakeLine(f *testing.F) {
	for _, seed := range []string{
		"1|1|unix|DIR/s|grpc\n", "1|1|unix|DIR/s|grpc", " 1|1|unix|DIR/s|grpc||\r\nmore", "+1|01|unix|DIR/s|grpc|\n",
		"", "\n", "|", "|||\n", "||||\n", "hello\n", "1|1|unix|DIR/s|grpc|" + strings.Repeat("A", 60) + "\n",
		"1|1|tcp|127.0.0.1:80|grpc\n", "1|1|tcp|metadata.invalid:80|grpc\n", "1|1|tcp|DIR/s|grpc\n", "1|1|udp|x|grpc\n", "1|1||DIR/s|grpc\n",
		"1|1|unix||grpc\n", "1|1|unix|@abstract|grpc\n", "1|1|unix|s|grpc\n", "1|1|unix|/run/docker.sock|grpc\n", "1|1|unix|DIR|grpc\n", "1|1|unix|DIR/|grpc\n",
		"1|1|unix|DIR/f|grpc\n", "1|1|unix|DIR/d|grpc\n", "1|1|unix|DIR/d/s|grpc\n", "1|1|unix|DIR/l|grpc\n", "1|1|unix|DIR/none|grpc\n",
		"1|1|unix|DIR/../x|grpc\n", "1|1|unix|DIR/d/../s|grpc\n", "1|1|unix|DIR//s|grpc\n", "1|1|unix|DIR/./s|grpc\n", "1|1|unix|/proc/self/cwd/s|grpc\n",
		"1|1|unix|DIR/s|netrpc\n", "1|1|unix|DIR/s\n", "2|1|unix|DIR/s|grpc\n", "1|2|unix|DIR/s|grpc\n", "x|1|unix|DIR/s|grpc\n", "1|x|unix|DIR/s|grpc\n",
		"\x1b[2J\xff\x00|1|unix|DIR/s|grpc\n", strings.Repeat("1|", 2*maxHandshake), strings.Repeat("x", 2*maxHandshake) + "\n",
	} {
		f.Add(seed)
	}
	base := shortDir(f)
	elsewhere := listenDead(f, filepath.Join(base, "elsewhere"))
	spec, o := testSpec("plain"), Options{CoreVersion: "test", Log: hclog.NewNullLogger()}
	f.Fuzz(func(t *testing.T, text string) {
		runs := &printed{ended: make(chan struct{})}
		p := &process{child: &child{cmd: &exec.Cmd{Args: []string{"rack"}}, name: spec.Name}, stderr: &tail{}, output: make([]*lines, 3)}
		config := p.config(&spec, o.Log, base)
		config.StartTimeout = time.Hour // nothing here waits
		inner := config.RunnerFunc
		var dir string
		config.RunnerFunc = func(l hclog.Logger, cmd *exec.Cmd, sockets string) (runner.Runner, error) {
			_, err := inner(l, cmd, sockets) // has the child know the directory
			dir = sockets
			listenDead(t, filepath.Join(dir, "s"))
			for _, err := range []error{
				os.WriteFile(filepath.Join(dir, "f"), nil, 0o600), os.Mkdir(filepath.Join(dir, "d"), 0o700), os.Symlink(elsewhere, filepath.Join(dir, "l")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			listenDead(t, filepath.Join(dir, "d", "s"))
			runs.child, runs.text = p.child, strings.ReplaceAll(text, "DIR", dir)
			return runs, err
		}
		client := plugin.NewClient(config)
		address, err := client.Start()
		close(runs.ended)
		defer func() { _ = os.RemoveAll(dir) }()
		first, _, _ := strings.Cut(runs.text, "\n")
		if err == nil {
			if address.Network() != "unix" || address.String() != filepath.Join(dir, "s") {
				t.Errorf("%.300q: it would dial %s %s", text, address.Network(), address)
			}
			if parts := strings.Split(strings.TrimSpace(first), "|"); len(parts) < 5 || parts[4] != "grpc" {
				t.Errorf("%.300q is taken for a handshake", text)
			}
			return
		}
		if first == "1|1|unix|"+dir+"/s|grpc" {
			t.Errorf("%.300q is refused: %v", text, err)
		}
		client.Kill() // waits for what reads the output
		told := startError(&spec, &o, err).Error()
		if !strings.Contains(told, `plugin "test"`) || len(told) > maxHandshake+1<<10 || strings.Count(told, "\n") > 4 ||
			strings.ContainsFunc(told, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) {
			t.Errorf("%.300q: error of %d bytes: %.900q", text, len(told), told)
		}
	})
}

// listenDead makes a socket at which nobody listens.
func listenDead(t testing.TB, path string) string {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
