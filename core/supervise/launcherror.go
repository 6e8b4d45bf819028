package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"syscall"

	"github.com/mockmd/mockmd/sdk/wire"
)

// PermanentError says that starting a plugin again cannot help.
type PermanentError struct{ Err error }

// Error is the text of the cause.
func (e *PermanentError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PermanentError) Unwrap() error { return e.Err }

// versionMismatch is how go-plugin words it; it has no error value for it.
var versionMismatch = regexp.MustCompile(`Plugin version: (\d+), Client versions`)

// startError names the plugin, and the mend where one is known.
func startError(spec *Spec, err error) error {
	if m := versionMismatch.FindStringSubmatch(err.Error()); m != nil {
		return &PermanentError{fmt.Errorf("plugin %q speaks contract version %s, this mockmd speaks %d: "+
			"rebuild the plugin with the SDK of this release, or use the mockmd it was made for", spec.Name, m[1], wire.ProtocolVersion)}
	}
	err = fmt.Errorf("start plugin %q: %w", spec.Name, err)
	var pinned *PinError
	if errors.As(err, &pinned) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOEXEC) {
		return &PermanentError{err}
	}
	return err
}
