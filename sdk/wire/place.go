package wire

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// place finds the source of path, which leads from body down: an argument's
// name, or a block's type and labels followed by what is inside it. It returns
// the argument's value, else the header of the innermost block that the path
// reaches, else fallback. Of several blocks with the same type and labels it
// takes the first.
func place(body *pluginv1.Body, path []string, fallback hcl.Range) hcl.Range {
	at := fallback
	for len(path) > 0 {
		for _, a := range body.GetAttributes() {
			if a.GetName() == path[0] {
				return DecodeRange(a.GetValueRange())
			}
		}
		block := findBlock(body, path)
		if block == nil {
			return at
		}
		at = header(block)
		path = path[1:]
		path = path[min(len(block.GetLabels()), len(path)):]
		body = block.GetBody()
	}
	return at
}

// findBlock returns the first block of body that path leads through, or to
// which it points without all of its labels; nil when there is none.
func findBlock(body *pluginv1.Body, path []string) *pluginv1.Block {
	for _, b := range body.GetBlocks() {
		labels := b.GetLabels()
		n := min(len(labels), len(path)-1)
		if b.GetType() == path[0] && slices.Equal(labels[:n], path[1:1+n]) {
			return b
		}
	}
	return nil
}

// header is a block's type and labels.
func header(b *pluginv1.Block) hcl.Range {
	r := DecodeRange(b.GetTypeRange())
	if n := len(b.GetLabelRanges()); n > 0 {
		r = hcl.RangeBetween(r, DecodeRange(b.GetLabelRanges()[n-1]))
	}
	return r
}
