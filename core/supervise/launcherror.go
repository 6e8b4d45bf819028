package supervise

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/hashicorp/go-plugin"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
	"github.com/mockmd/mockmd/sdk/wire"
)

// PermanentError says that starting a plugin again cannot help.
type PermanentError struct{ Err error }

// Error is the text of the cause.
func (e *PermanentError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PermanentError) Unwrap() error { return e.Err }

// The version mismatches as go-plugin words them; it has no error value for
// them.
var (
	contractMismatch  = lazyregexp.New(`Plugin version: (\d+), Client versions`)
	handshakeMismatch = lazyregexp.New(`Plugin version: (\d+), Core version`)
)

// startError names the plugin, and the mend where one is known. Only what the
// configuration and the program themselves cannot mend by themselves is
// permanent: a file that is missing may be back after an upgrade.
func startError(spec *Spec, o *Options, err error) error {
	if m := contractMismatch.FindStringSubmatch(err.Error()); m != nil {
		return &PermanentError{fmt.Errorf("plugin %q speaks contract version %s, and mockmd %s speaks %d: %s",
			spec.Name, m[1], o.CoreVersion, wire.ProtocolVersion, mend(m[1], wire.ProtocolVersion))}
	}
	if m := handshakeMismatch.FindStringSubmatch(err.Error()); m != nil {
		return &PermanentError{fmt.Errorf("plugin %q shakes hands by version %s of go-plugin's protocol, and mockmd %s by %d: %s",
			spec.Name, m[1], o.CoreVersion, plugin.CoreProtocolVersion, mend(m[1], plugin.CoreProtocolVersion))}
	}
	err = fmt.Errorf("start plugin %q: %w", spec.Name, err)
	if errors.As(err, new(*PinError)) {
		return &PermanentError{err}
	}
	return err
}

// mend says what to do when a plugin speaks another version than the core.
func mend(theirs string, ours int) string {
	if n, err := strconv.Atoi(theirs); err == nil && n < ours {
		return "the plugin is the older one; rebuild it with the SDK of this mockmd, or run the mockmd that it was made for"
	}
	return "the plugin is the newer one; run the mockmd that it was made for, or rebuild it with the SDK of this one"
}
