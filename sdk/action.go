package sdk

import (
	"context"
	"errors"
	"fmt"
)

// MaxAction is the size in bytes that the body of an action, and its answer,
// may have.
const MaxAction = 64 << 10

// Action is a named operation that a plugin offers to the admin listener.
type Action struct {
	// Name is its path there without the leading slash: "bootstrap/creds".
	Name string
	// ReadOnly says that it only reads. It is then called by GET, without a
	// body; otherwise by POST.
	ReadOnly bool
	// Doc is one sentence for people.
	Doc string
	// Do carries it out. It is never repeated, and overlaps other calls, Tree
	// and Run: what they share needs a lock. The answer is served as JSON;
	// an empty one is 202 Accepted. What it handed to [Host.Checkpoint] is
	// stored before the caller is answered. Return an error made by [Invalid]
	// or [Conflict] to tell the caller; another error is told as a failure
	// without its text.
	Do func(ctx context.Context, body []byte) ([]byte, error)
}

// ErrNotFound is returned by [Live] nodes when there is no such path.
var ErrNotFound = errors.New("not found")

type actionError struct {
	conflict bool
	message  string
}

func (e *actionError) Error() string { return e.message }

// Invalid returns the error of an action whose caller must mend the request.
// The text goes to the caller: it must repeat nothing of the request's values.
func Invalid(format string, args ...any) error {
	return &actionError{message: fmt.Sprintf(format, args...)}
}

// Conflict returns the error of an action that cannot be done in the present
// state. The text goes to the caller.
func Conflict(format string, args ...any) error {
	return &actionError{conflict: true, message: fmt.Sprintf(format, args...)}
}
