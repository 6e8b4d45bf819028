//go:build !linux

package hostnet

import "io"

// Up puts the addresses on lo, behind the guard.
func Up(io.Writer, Options) error { return ErrUnsupported }

// UpCommands returns the commands that do what Up would do now.
func UpCommands(Options) (string, error) { return "", ErrUnsupported }

// Down undoes what Up did.
func Down(io.Writer) error { return ErrUnsupported }

// DownCommands returns the commands that do what Down would do now.
func DownCommands() (string, error) { return "", ErrUnsupported }

// Read returns what the host has.
func Read() (*State, error) { return nil, ErrUnsupported }
