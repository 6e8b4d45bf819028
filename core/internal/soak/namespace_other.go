//go:build !linux

package main

import "errors"

var errLinux = errors.New("the soak needs Linux: it looks at processes in /proc")

func namespaced() (inside bool, code int, err error) { return false, 0, errLinux }

func namespaces() bool { return false }

func command(...string) error { return errLinux }

func limit(int, int, uint64) (undo func() error, err error) { return nil, errLinux }

const openFiles, dataSize = 0, 0
