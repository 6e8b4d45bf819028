package stssim_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// motoServer starts the STS of the Python package moto on a free loopback port
// and returns its URL. The test skips where moto is not installed.
func motoServer(t *testing.T) string {
	t.Helper()
	shim, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("NOT RUN: no python3 here, so no moto to compare with")
	}
	out, err := exec.CommandContext(t.Context(), shim, "-c", "import moto, moto.server, sys; print(moto.__version__, sys.executable)").CombinedOutput()
	version, python, ok := strings.Cut(lastLine(string(out)), " ")
	if err != nil || !ok {
		t.Skipf("NOT RUN: the Python package moto with its server is not installed for %s: %s", shim, lastLine(string(out)))
	}
	t.Logf("moto %s", version)
	// The program itself, and not a wrapper of it, is what Kill ends.
	cmd := exec.CommandContext(t.Context(), python, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	for _, name := range []string{"PATH", "HOME"} {
		cmd.Env = append(cmd.Env, name+"="+os.Getenv(name))
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found, drained := make(chan string, 1), make(chan struct{})
	var said strings.Builder
	go func() {
		defer close(drained)
		url := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if m := url.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1] // told once it listens
				break
			}
			said.WriteString(lines.Text() + "\n")
		}
		close(found)
		_, _ = io.Copy(io.Discard, stderr)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it keeps nothing
		<-drained
		_ = cmd.Wait() // says that it was killed
	})
	url, ok := <-found
	if !ok {
		t.Fatalf("moto's server ended:\n%s", said.String())
	}
	return url
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
