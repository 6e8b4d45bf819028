package wire

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// EncodeRange returns the message that carries r, nil for the zero range. Bytes
// of the file name that are no UTF-8 are replaced, because a message cannot
// carry them.
func EncodeRange(r hcl.Range) *pluginv1.Range {
	if r == (hcl.Range{}) {
		return nil
	}
	return &pluginv1.Range{
		Filename: validText(r.Filename),
		Start:    encodePos(r.Start),
		End:      encodePos(r.End),
	}
}

// DecodeRange returns the range that r carries, the zero range for nil. The
// result is always one that HCL can print: positions count from where HCL's
// count, and the end is not before the start.
func DecodeRange(r *pluginv1.Range) hcl.Range {
	if r == nil {
		return hcl.Range{}
	}
	out := hcl.Range{
		Filename: r.GetFilename(),
		Start:    decodePos(r.GetStart()),
		End:      decodePos(r.GetEnd()),
	}
	if out.End.Byte < out.Start.Byte || out.End.Line < out.Start.Line {
		out.End = out.Start
	}
	return out
}

func encodePos(p hcl.Pos) *pluginv1.Pos {
	return &pluginv1.Pos{Line: int64(p.Line), Column: int64(p.Column), Byte: int64(p.Byte)}
}

func decodePos(p *pluginv1.Pos) hcl.Pos {
	return hcl.Pos{
		Line:   clamp(p.GetLine(), 1),
		Column: clamp(p.GetColumn(), 1),
		Byte:   clamp(p.GetByte(), 0),
	}
}

// clamp leaves room above for the arithmetic that HCL does on positions.
func clamp(n, lowest int64) int {
	return int(min(max(n, lowest), math.MaxInt32/2))
}

func validText(s string) string {
	return strings.ToValidUTF8(s, string(utf8.RuneError))
}
