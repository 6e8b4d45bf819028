package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// maxFile is the size in bytes of the largest file that is read: the
// configuration itself, or one that it names. User data, the largest thing
// that people put into one, has at most 16 KiB.
const maxFile = 4 << 20

// patience is how long a file that waits is waited for.
const patience = 2 * time.Second

// errTooLarge is what reading a larger file gives.
var errTooLarge = fmt.Errorf("it has more than %d bytes", maxFile)

// errDirectory is what reading a directory gives.
var errDirectory = errors.New("it is a directory, not a file")

// errNotRegular is what reading a pipe or a device gives.
var errNotRegular = errors.New("it is not a regular file")

// readFile reads a file that the configuration names. The error does not
// repeat the path.
func readFile(path string) ([]byte, error) {
	// Without O_NONBLOCK a pipe would block here for ever.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errNotRegular
	}
	// Some files below /proc are regular and yet wait for something to happen.
	// Those that never wait take no deadline.
	_ = f.SetReadDeadline(time.Now().Add(patience))
	return readOpen(f)
}

// readOpen reads an open file of whatever kind.
func readOpen(f *os.File) ([]byte, error) {
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errDirectory
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(data) > maxFile {
		return nil, errTooLarge
	}
	return data, nil
}

// cause takes operation and path off an error of package os.
func cause(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrPermission) { // who is it that may not?
		return fmt.Errorf("%w (as user %d)", err, os.Geteuid())
	}
	return err
}

// readSource reads the configuration file itself. Name is what it is called in
// diagnostics.
func readSource(path, name string) ([]byte, hcl.Diagnostics) {
	// The shell's <(command) gives a pipe.
	f, err := os.Open(path)
	var source []byte
	if err != nil {
		err = cause(err)
	} else {
		defer f.Close() //nolint:errcheck // nothing was written
		source, err = readOpen(f)
	}
	d := &hcl.Diagnostic{Severity: hcl.DiagError}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Summary = "Configuration file not found"
		d.Detail = fmt.Sprintf("There is no file %s. Name the configuration with -config.", name)
	case errors.Is(err, errDirectory):
		d.Summary = "Configuration is a directory"
		d.Detail = fmt.Sprintf("%s is a directory. Name the configuration file in it with -config.", name)
	case err != nil:
		d.Summary = "Configuration file cannot be read"
		d.Detail = fmt.Sprintf("Reading %s failed: %v.", name, err)
	case !utf8.Valid(source):
		at := firstInvalid(source)
		d.Summary = "Configuration file is not UTF-8"
		d.Detail = fmt.Sprintf("%s has a byte in line %d that is no UTF-8. Save the file in this encoding, and keep binary data in files of their own, which filebase64 reads.", name, at.Line)
		d.Subject = &hcl.Range{Filename: name, Start: at, End: at}
	default:
		return source, nil
	}
	return nil, hcl.Diagnostics{d}
}

// firstInvalid is the position of the first byte that is no UTF-8.
func firstInvalid(source []byte) hcl.Pos {
	at := 0
	for at < len(source) {
		r, size := utf8.DecodeRune(source[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	before := source[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return hcl.Pos{Line: bytes.Count(before, []byte{'\n'}) + 1, Column: utf8.RuneCount(line) + 1, Byte: at}
}
