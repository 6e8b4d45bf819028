package main

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
		t.Skip("NOT RUN: no python3 here, so no moto")
	}
	out, err := exec.CommandContext(t.Context(), shim, "-c", "import moto, moto.server, sys; print(moto.__version__, sys.executable)").CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	version, python, ok := strings.Cut(lines[len(lines)-1], " ")
	if err != nil || !ok {
		t.Skipf("NOT RUN: the Python package moto with its server is not installed for %s: %s", shim, lines[len(lines)-1])
	}
	t.Logf("moto %s", version)
	cmd := exec.CommandContext(t.Context(), python, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	found, drained := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(drained)
		url := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if m := url.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1] // told once it listens
				break
			}
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
		t.Fatal("moto's server ended")
	}
	return url
}

// TestMoto leads the basic life against an STS that is not ours: bootstrap,
// hops, tags, and renewals that each bring another session.
func TestMoto(t *testing.T) {
	t.Parallel()
	url := motoServer(t)
	d := start(t, withRole(`
role "app" {
  arn                 = "arn:aws:iam::123456789012:role/app"
  tags                = { team = "blue" }
  transitive_tag_keys = ["team"]
  external_id         = "ext"
  policy              = jsonencode({ Version = "2012-10-17", Statement = [] })
  policy_arns         = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  hop { arn = "arn:aws:iam::123456789012:role/hop" }
}
sts { endpoint = "`+url+`" }
`))
	d.bootstrap()
	doc := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	d.isSession(url)
	keys := map[string]bool{doc.AccessKeyID: true}
	for range 3 {
		d.act("/refresh", "")
		next := d.waitRole("new", func(next document) bool { return next.Code == "Success" && next.AccessKeyID != doc.AccessKeyID })
		if keys[next.AccessKeyID] || !strings.HasPrefix(next.AccessKeyID, "ASIA") {
			t.Errorf("a renewal brings %s", next.AccessKeyID)
		}
		if r := d.tell().Roles[0]; r.SignedBy != doc.AccessKeyID {
			t.Errorf("the renewal is signed by %s, want %s", r.SignedBy, doc.AccessKeyID)
		}
		d.isSession(url)
		keys[next.AccessKeyID], doc = true, next
	}
	t.Logf("%d sessions", len(keys))
}
