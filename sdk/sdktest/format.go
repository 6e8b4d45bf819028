package sdktest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mockmd/mockmd/sdk"
)

// Format writes a tree as text, in the order of its paths: the path of each
// node, then its attributes, one a line behind two spaces, then its body, each
// line behind "  | " and an empty one as "  |". So a body that ends with a
// newline has an empty line at its end. One that is no text is base64.
//
//	meta-data/rack/row
//	  since: 2020-10-27
//	  | 7
//
// What a node has not, and a directory that needs no entry, is not written. Of
// a live node only that it is one can be seen.
func Format(tree sdk.Tree) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		fmt.Fprintln(&b, path)
		switch n := tree[path].(type) {
		case sdk.Leaf:
			attribute(&b, "  ", "since", n.Since)
			attribute(&b, "  ", "label", n.Label)
			formatLeaf(&b, "  ", n)
		case sdk.Dir:
			fmt.Fprintln(&b, "  directory")
			attribute(&b, "  ", "since", n.Since)
			attribute(&b, "  ", "label", n.Label)
			attribute(&b, "  ", "order", strings.Join(n.Order, " "))
		case sdk.Live:
			kind := "live"
			if n.Subtree {
				kind = "live, with everything below"
			}
			fmt.Fprintln(&b, "  "+kind)
			attribute(&b, "  ", "since", n.Since)
		}
	}
	return b.String()
}

// formatLeaf writes what a leaf and its successors have in common.
func formatLeaf(b *strings.Builder, indent string, l sdk.Leaf) {
	attribute(b, indent, "content type", l.ContentType)
	moment(b, indent, "last modified", l.LastModified)
	moment(b, indent, "not after", l.NotAfter)
	if l.Audit != nil {
		fmt.Fprintln(b, indent+"audit")
		for _, name := range slices.Sorted(maps.Keys(l.Audit)) {
			fmt.Fprintf(b, "%s  %s: %q\n", indent, name, l.Audit[name])
		}
	}
	if isText(l.Body) {
		for line := range strings.SplitSeq(string(l.Body), "\n") {
			if line != "" {
				line = " " + line // no line ends with a space of ours, which editors remove
			}
			fmt.Fprintf(b, "%s|%s\n", indent, line)
		}
	} else {
		fmt.Fprintf(b, "%sbase64: %s\n", indent, base64.StdEncoding.EncodeToString(l.Body))
	}
	if l.Successor != nil {
		fmt.Fprintln(b, indent+"then")
		formatLeaf(b, indent+"  ", *l.Successor)
	}
}

func attribute(b *strings.Builder, indent, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, value)
	}
}

func moment(b *strings.Builder, indent, name string, t time.Time) {
	if !t.IsZero() {
		attribute(b, indent, name, t.UTC().Format(time.RFC3339Nano))
	}
}

// isText tells whether a body can be read, and edited without harm.
func isText(body []byte) bool {
	return utf8.Valid(body) && strings.IndexFunc(string(body), func(r rune) bool {
		return r != '\n' && r != '\t' && !unicode.IsPrint(r)
	}) < 0
}
