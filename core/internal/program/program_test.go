package program

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestProgram starts the real program, sees its processes and ends it.
func TestProgram(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	path, err := Build(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := FreeAddress(ctx, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	admin, err := FreeAddress(ctx, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p, err := Start(ctx, Options{Path: path, Dir: dir, Config: fmt.Sprintf(
		"metadata { address = %q }\nadmin { address = %q }\ninstance {}\nplugin \"placement\" {}\nplugin \"instance\" {}\n", metadata, admin)})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Ready(ctx, admin); err != nil {
		t.Error(err)
	}
	if tree, err := Tree(p.PID()); os.Getuid() == 0 && (err != nil || len(tree) != 3) {
		t.Errorf("processes %v, %v; want the core and two plugins", tree, err)
	} else if size, err := PSS(tree...); os.Getuid() == 0 && (err != nil || size < 1<<20) {
		t.Errorf("PSS of %d bytes, %v", size, err)
	}
	if used, err := CPU(p.PID()); runtime.GOOS == "linux" && (err != nil || used < time.Millisecond || used > time.Minute) {
		t.Errorf("%s of processor time, %v", used, err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "metadata.hcl")); err != nil {
		t.Error("Stop has removed a folder that was not its own:", err)
	}
}

// TestNotReady: a program that ends is not waited for.
func TestNotReady(t *testing.T) {
	t.Parallel()
	p, err := Start(context.Background(), Options{Path: "/bin/false"})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Ready(context.Background(), "127.0.0.1:1")
	if err == nil || !strings.Contains(err.Error(), "ended before it was ready: exit status 1") {
		t.Errorf("Ready says %v", err)
	}
	if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("Stop says %v", err)
	}
	if _, err := os.Stat(p.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", p.Dir, err)
	}
}
