package config

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe without a writer must not block the start.
func TestPipeIsNotRead(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readFile(pipe); !errors.Is(err, errNotRegular) {
		t.Errorf("reading a pipe: %v, want %v", err, errNotRegular)
	}
}
