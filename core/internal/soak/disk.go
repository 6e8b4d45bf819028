package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// diskSize is small, so that it is soon full.
const diskSize = 4 << 20

// disk is a file system of the soak's own for the state: one of a block device
// where there is one, which can hang, else one in memory.
type disk struct {
	path       string // empty: none, without a mount namespace
	hangs      bool
	impossible string
}

// newDisk mounts a disk at a path.
func newDisk(dir, path string) (*disk, error) {
	if !namespaces() {
		return &disk{impossible: "no mount namespace (root)"}, nil
	}
	image := filepath.Join(dir, "disk")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(image, diskSize); err != nil {
		return nil, err
	}
	err := command("mkfs.ext4", "-q", "-F", image)
	if err == nil {
		err = command("mount", "-o", "loop", image, path)
	}
	if err == nil {
		return &disk{path: path, hangs: true}, command("chmod", "700", path)
	}
	return &disk{path: path}, command("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", path)
}

func (d *disk) close() error {
	if d.path == "" {
		return nil
	}
	return command("umount", d.path)
}

// diskKinds hurt the disk on which the state is.
func (s *soak) diskKinds() []kind {
	noHang := s.disk.impossible
	if noHang == "" && !s.disk.hangs {
		noHang = "no loop device, so that the state is on a tmpfs, which cannot be frozen"
	}
	return []kind{
		{name: "disk full", impossible: s.disk.impossible, do: func(_ context.Context, r *rand.Rand) error {
			return s.fill(s.some(r, 500*time.Millisecond, 20*time.Second))
		}},
		{name: "disk read-only", impossible: s.disk.impossible, do: func(ctx context.Context, r *rand.Rand) error {
			d := s.some(r, 500*time.Millisecond, 20*time.Second)
			// A file that is being written keeps it from becoming read-only.
			err := s.until(ctx, "the disk is read-only", func() error { return command("mount", "-o", "remount,ro", s.disk.path) })
			if err != nil {
				return err
			}
			time.Sleep(d)
			return command("mount", "-o", "remount,rw", s.disk.path)
		}},
		{name: "disk hangs", impossible: noHang, do: func(_ context.Context, r *rand.Rand) error {
			d := s.some(r, 500*time.Millisecond, 6*time.Second)
			if err := command("fsfreeze", "-f", s.disk.path); err != nil {
				return err
			}
			time.Sleep(d)
			return command("fsfreeze", "-u", s.disk.path)
		}},
	}
}

// fill leaves no room on the disk for a time.
func (s *soak) fill(d time.Duration) error {
	path := filepath.Join(s.disk.path, "filler")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, full := io.Copy(f, endless{})
	if full == nil {
		err = errors.New("the disk does not become full")
	} else {
		time.Sleep(d)
	}
	return errors.Join(err, f.Close(), os.Remove(path))
}

// endless is read without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
