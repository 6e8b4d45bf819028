package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

const (
	// maxDepth is how deep blocks in blocks, and lists and maps in a value, may
	// be nested. It keeps recursion over a hostile message bounded.
	maxDepth = 100
	// maxExponent bounds the magnitude of numbers, written out in binary. A
	// short text such as 1e999999999 would otherwise print as a gigabyte.
	maxExponent = 4096
	// maxNumber is how long a number's JSON may be.
	maxNumber = 2048
)

// DecodeBody returns the HCL body that b carries. Its expressions are literals
// with the source ranges of the originals; an attribute without JSON is an
// unknown value. It returns an error, and never panics, when b is nil or not
// well-formed: a missing message, a duplicate argument, a value that is not
// JSON, labels without ranges, or nesting beyond a fixed limit.
func DecodeBody(b *pluginv1.Body) (*hclsyntax.Body, error) {
	return decodeBody(b, 1)
}

func decodeBody(b *pluginv1.Body, depth int) (*hclsyntax.Body, error) {
	if b == nil {
		return nil, errors.New("body is missing")
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("blocks are nested more than %d levels deep", maxDepth)
	}
	out := &hclsyntax.Body{
		Attributes: make(hclsyntax.Attributes, len(b.GetAttributes())),
		SrcRange:   DecodeRange(b.GetRange()),
		EndRange:   DecodeRange(b.GetEndRange()),
	}
	for i, a := range b.GetAttributes() {
		if a.GetName() == "" {
			return nil, fmt.Errorf("argument %d has no name", i)
		}
		if _, dup := out.Attributes[a.GetName()]; dup {
			return nil, fmt.Errorf("argument %q is given twice", a.GetName())
		}
		v, err := decodeValue(a.GetJson())
		if err != nil {
			return nil, fmt.Errorf("argument %q: %w", a.GetName(), err)
		}
		out.Attributes[a.GetName()] = &hclsyntax.Attribute{
			Name:      a.GetName(),
			Expr:      &hclsyntax.LiteralValueExpr{Val: v, SrcRange: DecodeRange(a.GetValueRange())},
			SrcRange:  DecodeRange(a.GetRange()),
			NameRange: DecodeRange(a.GetNameRange()),
		}
	}
	for i, block := range b.GetBlocks() {
		if block.GetType() == "" {
			return nil, fmt.Errorf("block %d has no type", i)
		}
		decoded, err := decodeBlock(block, depth)
		if err != nil {
			return nil, fmt.Errorf("block %q: %w", block.GetType(), err)
		}
		out.Blocks = append(out.Blocks, decoded)
	}
	return out, nil
}

func decodeBlock(b *pluginv1.Block, depth int) (*hclsyntax.Block, error) {
	if len(b.GetLabels()) != len(b.GetLabelRanges()) {
		return nil, fmt.Errorf("%d labels with %d ranges", len(b.GetLabels()), len(b.GetLabelRanges()))
	}
	body, err := decodeBody(b.GetBody(), depth+1)
	if err != nil {
		return nil, err
	}
	out := &hclsyntax.Block{
		Type:            b.GetType(),
		Labels:          b.GetLabels(),
		Body:            body,
		TypeRange:       DecodeRange(b.GetTypeRange()),
		OpenBraceRange:  DecodeRange(b.GetOpenBraceRange()),
		CloseBraceRange: DecodeRange(b.GetCloseBraceRange()),
	}
	for _, r := range b.GetLabelRanges() {
		out.LabelRanges = append(out.LabelRanges, DecodeRange(r))
	}
	return out, nil
}

func decodeValue(text []byte) (cty.Value, error) {
	if len(text) == 0 {
		return cty.DynamicVal, nil
	}
	if err := checkJSON(text); err != nil {
		return cty.NilVal, err
	}
	ty, err := ctyjson.ImpliedType(text)
	if err != nil {
		return cty.NilVal, fmt.Errorf("read JSON: %w", err)
	}
	v, err := ctyjson.Unmarshal(text, ty)
	if err != nil {
		return cty.NilVal, fmt.Errorf("read JSON: %w", err)
	}
	if err := checkSendable(v); err != nil {
		return cty.NilVal, fmt.Errorf("value %w", err)
	}
	return v, nil
}

// checkJSON refuses what is not one JSON text, and depths and numbers that
// would be dear to decode, without recursion of its own.
func checkJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	depth := 0
	for ended := false; ; {
		tok, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && ended:
			return nil
		case err != nil:
			return fmt.Errorf("read JSON: %w", err)
		case ended:
			return errors.New("read JSON: more than one value")
		}
		switch tok := tok.(type) {
		case json.Delim:
			if tok == '{' || tok == '[' {
				depth++
			} else {
				depth--
			}
		case json.Number:
			if len(tok) > maxNumber {
				return fmt.Errorf("read JSON: number of %d characters, at most %d are read", len(tok), maxNumber)
			}
		}
		if depth > maxDepth {
			return fmt.Errorf("read JSON: nested more than %d levels deep", maxDepth)
		}
		ended = depth == 0
	}
}
