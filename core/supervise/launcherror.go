package supervise

import (
	"errors"
	"fmt"
	"regexp"

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

// startError names the plugin, and the mend where one is known. Only what the
// configuration and the program themselves cannot mend by themselves is
// permanent: a file that is missing may be back after an upgrade.
func startError(spec *Spec, err error) error {
	if m := versionMismatch.FindStringSubmatch(err.Error()); m != nil {
		return &PermanentError{fmt.Errorf("plugin %q speaks contract version %s, this mockmd speaks %d: "+
			"rebuild the plugin with the SDK of this release, or use the mockmd it was made for", spec.Name, m[1], wire.ProtocolVersion)}
	}
	err = fmt.Errorf("start plugin %q: %w", spec.Name, err)
	if errors.As(err, new(*PinError)) {
		return &PermanentError{err}
	}
	return err
}
