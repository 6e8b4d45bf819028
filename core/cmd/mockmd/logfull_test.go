package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// talkative is a plugin whose audited leaf makes long lines.
const talkative = `package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

type plugin struct{}

func (plugin) Mounts() []string { return []string{"meta-data/vault"} }

func (plugin) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	audit := map[string]string{}
	for i := range 16 {
		audit[fmt.Sprint("f", i)] = strings.Repeat("x", 2048)
	}
	return sdk.Tree{"meta-data/vault/key": sdk.Leaf{Body: []byte("value"), Audit: audit}}, nil
}

func main() { sdk.Serve(plugin{}) }
`

// TestLogThatNobodyReads: metadata is served however long the log is not read,
// and what was lost of it is told when it is read again.
func TestLogThatNobodyReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := preamble + "plugin \"vault\" { command = [\"" + build(t, talkative) + "\"] }\n"
	if err := os.WriteFile(filepath.Join(dir, "metadata.hcl"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(t, dir, nil, "-config", "metadata.hcl")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	t.Cleanup(func() { // the order of a good end too; a second time does no harm
		_ = cmd.Process.Kill()
		_ = stderr.Close()
	})
	metadata := ""
	for s := bufio.NewScanner(stdout); metadata == "" && s.Scan(); {
		if m := regexp.MustCompile(`^  metadata  (http://\S+)`).FindStringSubmatch(s.Text()); m != nil {
			metadata = m[1]
		}
	}
	// A line has 32 KiB and more; a pipe takes 64 KiB, the queue 1 MiB and what
	// is being written as much again.
	const reads = 150
	for i := range reads {
		if status, body := get(t, metadata+"/latest/meta-data/vault/key"); status != http.StatusOK || body != "value" {
			t.Fatalf("read %d: %d %q", i, status, body)
		}
	}
	told, lost, ends := 0, 0, 0
	for s := bufio.NewReader(stderr); ; {
		line, err := s.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch m := regexp.MustCompile(`\[WARN\]  lines of the log were lost: they were not read in time: lines=(\d+)`).FindStringSubmatch(line); {
		case m != nil:
			n, _ := strconv.Atoi(m[1])
			lost += n
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		case strings.Contains(line, "metadata read: "):
			told++
		case strings.Contains(line, "[INFO]  stopped"):
			ends++
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if told+lost != reads || lost == 0 || ends != 1 {
		t.Errorf("%d reads told and %d lines lost of %d reads, %d ends", told, lost, reads, ends)
	}
	t.Logf("%d reads while nobody read the log: %d told, %d counted as lost", reads, told, lost)
}
