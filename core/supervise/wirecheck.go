package supervise

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const (
	// partsPerNode is how many messages and list elements a node may have on
	// average: itself, its leaf, two times, and the same of a successor.
	partsPerNode = 8
	// spareParts are so many more, for the few nodes that have many.
	spareParts = 1 << 16
	// mostNested is how deep messages may lie in each other. A leaf with all
	// successors that the router allows lies 20 deep.
	mostNested = 100
)

// The fields of a tree's message, by their numbers in the contract.
const (
	fieldTree     = 1 // of RunResponse
	fieldInstance = 1 // of Tree
	fieldRevision = 2
	fieldNodes    = 3
)

var (
	errMalformed = errors.New("the message is malformed")
	errParts     = errors.New("it has too many parts: publish fewer nodes, successors, times and names in orders")
	errNested    = errors.New("its parts are nested too deeply: publish fewer successors of one leaf")
)

// treeIn finds the tree in an encoded RunResponse. A message with two, which
// protobuf would merge, is malformed.
func treeIn(b []byte) (tree []byte, ok bool, err error) {
	err = fields(b, func(n protowire.Number, value []byte, _ uint64) error {
		if n == fieldTree {
			if ok {
				return errMalformed
			}
			tree, ok = value, true
		}
		return nil
	})
	return tree, ok, err
}

// headOf is a tree without nodes.
func headOf(tree []byte) *pluginv1.Tree {
	t := &pluginv1.Tree{}
	_ = fields(tree, func(n protowire.Number, value []byte, number uint64) error { // what is malformed has no head
		switch n {
		case fieldInstance:
			t.Instance = string(value)
		case fieldRevision:
			t.Revision = number
		}
		return nil
	})
	return t
}

// check says why an encoded tree is over the limits; nil when it is not.
func (l *Limits) check(tree []byte) error {
	if most := l.treeBytes(); len(tree) > most {
		return fmt.Errorf("it has %d bytes: limits.tree_bytes allows %d", len(tree), most)
	}
	nodes := 0
	err := fields(tree, func(n protowire.Number, _ []byte, _ uint64) error {
		if n == fieldNodes {
			nodes++
		}
		return nil
	})
	switch most := l.treeNodes(); {
	case err != nil:
		return err
	case nodes > most:
		return fmt.Errorf("it has %d nodes: limits.tree_nodes allows %d", nodes, most)
	}
	return l.checkParts(tree, &pluginv1.Tree{})
}

// checkParts says why an encoded message would take too much memory.
func (l *Limits) checkParts(b []byte, m proto.Message) error {
	left := partsPerNode*l.treeNodes() + spareParts
	return count(b, m.ProtoReflect().Descriptor(), &left, 0)
}

// count takes the parts of an encoded message off left.
func count(b []byte, d protoreflect.MessageDescriptor, left *int, depth int) error {
	if depth > mostNested {
		return errNested
	}
	known := d.Fields()
	return fields(b, func(n protowire.Number, value []byte, _ uint64) error {
		f := known.ByNumber(n)
		if f == nil || f.Message() == nil && !f.IsList() {
			return nil // nothing, or bytes that are kept as they are
		}
		if *left--; *left < 0 {
			return errParts
		}
		if f.Message() == nil {
			return nil
		}
		return count(value, f.Message(), left, depth+1)
	})
}

// fields calls f for each field of an encoded message, with the value of one
// that has a length or is a number.
func fields(b []byte, f func(n protowire.Number, value []byte, number uint64) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return errMalformed
		}
		b = b[size:]
		var value []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			number, size = protowire.ConsumeVarint(b)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return errMalformed
		}
		b = b[size:]
		if err := f(n, value, number); err != nil {
			return err
		}
	}
	return nil
}
