package sdk

import (
	"context"
	"net/netip"
	"time"
)

// Tree is everything that a plugin serves for one instance: node by path. A
// path is relative to the version root and has no slash at either end:
// "meta-data/placement/region". Directories need no entry; a directory is
// there while something is below it.
type Tree map[string]Node

// Node is what stands at a path: a [Leaf], a [Dir] or a [Live].
type Node interface {
	node()
}

// Leaf is a value.
type Leaf struct {
	// Body is served byte for byte; nothing is added. Nearly all values of
	// the real service end without a newline.
	Body []byte
	// ContentType is the Content-Type header; empty is "text/plain".
	ContentType string
	// Label is how its parent lists it, such as "ec2-user/"; empty is its name.
	// That of a Successor is not looked at.
	Label string
	// Since is the first API version that shows the leaf, as a date such as
	// "2020-10-27"; empty is every version. A date that is not a version
	// shows it from the next version on.
	Since string
	// LastModified is the Last-Modified header; zero is the launch time of
	// the instance.
	LastModified time.Time
	// NotAfter is the moment from which the leaf is not served any more; zero
	// is never. The core keeps to it by itself, even when the plugin is dead.
	NotAfter time.Time
	// Successor is served from NotAfter on; without one the path is gone. Its
	// Since is that of the leaf it follows.
	Successor *Leaf
	// Audit, when it is not nil, has the core log each read of the leaf: every
	// GET that is answered with it is told at level info with the client's
	// address, the path and these fields, such as "access_key_id". An empty
	// map adds no field. It holds no secret. A Successor has an Audit of its
	// own, or none. There are at most 16 fields; a name has 1 to 64 letters,
	// digits, underscores, dashes and dots and is none that the core writes
	// itself (client, path, imds, plugin, instance); a value has at most 2048
	// bytes and no control characters.
	Audit map[string]string
}

// Dir is a directory that needs an entry: an empty one, one that its parent
// lists in another way than "name/", or one whose children are not listed in
// the order of their bytes.
type Dir struct {
	// Label is how the parent lists it, such as "0=my-key"; empty is the name
	// with a slash.
	Label string
	// Order are names of children, without slashes, that are listed first and
	// in this order; all others follow in the order of their bytes.
	Order []string
	// Since is as in [Leaf].
	Since string
}

// Live is a node that is answered per request. It is for what depends on the
// request, not for what merely changes: a change is a new tree.
type Live struct {
	// Resolve answers one request. It changes nothing, for the core may ask
	// twice. Return [ErrNotFound] when there is no such path; another error
	// answers 503, and its text goes to the log, so it holds no secret. Calls
	// overlap one another and Tree. Ctx ends with the plugin's resolve
	// timeout. Since, NotAfter and Successor of the leaf are not looked at;
	// with an Audit that the core refuses the answer is 503.
	Resolve func(ctx context.Context, r *Request) (Leaf, error)
	// Subtree makes everything below the node live too; it is then listed
	// with a slash.
	Subtree bool
	// Since is as in [Leaf].
	Since string
}

// Request is one request for a live node.
type Request struct {
	// Instance is the instance that asks.
	Instance *Instance
	// Path is what is asked for, relative to the version root, without a
	// slash at either end.
	Path string
	// Version is the API version asked for: "latest" or a date.
	Version string
	// Client is the address of the client.
	Client netip.Addr
}

// Text returns a leaf of text/plain.
func Text(s string) Leaf { return Leaf{Body: []byte(s)} }

func (Leaf) node() {}
func (Dir) node()  {}
func (Live) node() {}
