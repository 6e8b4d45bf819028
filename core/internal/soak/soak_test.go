package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// beEnv makes the test binary the command.
const beEnv = "MOCKMD_TEST_BE_SOAK"

func TestMain(m *testing.M) {
	if os.Getenv(beEnv) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestEach does every kind of disturbance once.
func TestEach(t *testing.T) {
	t.Parallel()
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("NOT RUN: a short soak takes some 20 seconds, and Linux")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // far beyond anything that is waited for
	defer cancel()
	mockmd, err := program.Build(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Sockets have short paths.
	dir, err := os.MkdirTemp("", "soak") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, "-mockmd", mockmd, "-each", "-seed", "1", "-dir", dir, "-clients", "2")
	cmd.Env = append(os.Environ(), beEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("%v\n%s\nthe log ends with:\n%s", err, out, log[max(0, len(log)-5000):])
	}
	t.Logf("%s", out)
	if !strings.Contains(string(out), "verdict: GOOD, -seed 1") {
		t.Error("no verdict")
	}
	if os.Getuid() == 0 {
		return
	}
	for _, m := range regexp.MustCompile(`(?m)^.*NOT.*$`).FindAllString(string(out), -1) {
		t.Log(strings.TrimSpace(m))
	}
}
