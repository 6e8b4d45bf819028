package admin

import (
	"context"
	"fmt"
	"strings"
)

// Backend is what the listener shows and does. Its methods are called from
// many goroutines.
type Backend interface {
	// Status tells whether what the plugins serve is valid now: every plugin
	// that declares a validity is within it.
	Status() bool
	// Ready tells whether the daemon serves all that it is configured to.
	Ready() bool
	// Problems says in a sentence each what stands in the way of Ready. No
	// secrets.
	Problems() []string
	// ReloadError says why the last reload failed; empty after one that
	// succeeded. No secrets.
	ReloadError() string
	// Overview tells what runs.
	Overview() *Overview
	// Reload takes the configuration in anew. It is nil when the daemon is
	// stopping, or ctx ends, which it does as that of Act.
	Reload(ctx context.Context) *Reload
	// Actions lists what the plugins offer now.
	Actions() []Action
	// Act carries out one of Actions. The body is at most [sdk.MaxAction]
	// bytes long; it is nil for a read-only action. The answer is JSON or
	// empty. An [*ActionError] is told to the caller, another error only
	// logged. ctx does not end when the caller of a write goes away, only
	// when the listener closes: the backend bounds the time.
	Act(ctx context.Context, action string, body []byte) ([]byte, error)
}

// Action is a named operation that a plugin offers.
type Action struct {
	// Name is its path without the leading slash: "bootstrap/creds".
	Name string
	// Plugin is the label of the plugin's block.
	Plugin string
	// Doc is one sentence for people.
	Doc string
	// ReadOnly says that it only reads.
	ReadOnly bool
}

// Kind says what became of an action that failed.
type Kind uint8

// The kinds of an [ActionError].
const (
	// Failed is an action that went wrong: 502.
	Failed Kind = iota
	// Invalid is a request that the caller must mend: 400.
	Invalid
	// Conflict is an action that cannot be done in the present state: 409.
	Conflict
	// Unavailable is a plugin that cannot be asked now: 503.
	Unavailable
)

// ActionError is the failure of an action. Its message goes to the caller: no
// secrets, and nothing of the request.
type ActionError struct {
	Kind    Kind
	Message string
}

func (e *ActionError) Error() string { return e.Message }

// CheckAction says why an action cannot have a name; nil when it can. A name
// is a path of letters, digits, dots, dashes and underscores that the listener
// does not use itself.
func CheckAction(name string) error {
	if len(name) > 128 {
		return fmt.Errorf("action name has %d bytes: at most 128 are allowed", len(name))
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("action name %q has the segment %q: write it like %q", name, segment, wellKnown)
		}
		for _, c := range []byte(segment) {
			if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", rune(c)) {
				return fmt.Errorf("action name %q has the byte %q: use letters, digits, dots, dashes, underscores and slashes", name, c)
			}
		}
	}
	switch name {
	case status, healthz, readyz, overview, reload:
		return fmt.Errorf("action name %q is used by the listener itself: choose another", name)
	}
	return nil
}
