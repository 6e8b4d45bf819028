package wire_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

func attribute(json string) *pluginv1.Body {
	return &pluginv1.Body{Attributes: []*pluginv1.Attribute{{Name: "a", Json: []byte(json)}}}
}

func nested(levels int) *pluginv1.Body {
	b := &pluginv1.Body{}
	for range levels {
		b = &pluginv1.Body{Blocks: []*pluginv1.Block{{Type: "b", Body: b}}}
	}
	return b
}

func TestDecodeBodyRefusesMalformedMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		body *pluginv1.Body
		want string
	}{
		{"nil", nil, "body is missing"},
		{"nil attribute", &pluginv1.Body{Attributes: []*pluginv1.Attribute{nil}}, "argument 0 has no name"},
		{"nil block", &pluginv1.Body{Blocks: []*pluginv1.Block{nil}}, "block 0 has no type"},
		{"block without body", &pluginv1.Body{Blocks: []*pluginv1.Block{{Type: "role"}}}, `block "role": body is missing`},
		{"labels without ranges", &pluginv1.Body{Blocks: []*pluginv1.Block{{Type: "role", Labels: []string{"a"}, Body: &pluginv1.Body{}}}}, `block "role": 1 labels with 0 ranges`},
		{"duplicate", &pluginv1.Body{Attributes: []*pluginv1.Attribute{{Name: "a"}, {Name: "a"}}}, `argument "a" is given twice`},
		{"not JSON", attribute("{"), `argument "a": read JSON: EOF`},
		{"only space", attribute(" "), `argument "a": read JSON: EOF`},
		{"two values", attribute("1 2"), `argument "a": read JSON: more than one value`},
		{"deep JSON", attribute(strings.Repeat("[", 1<<20)), `argument "a": read JSON: nested more than 100 levels deep`},
		{"long number", attribute(strings.Repeat("9", 1<<20)), `argument "a": read JSON: number of 1048576 characters, at most 2048 are read`},
		{"huge number", attribute("1e999999999"), `argument "a": value contains an infinite number`},
		{"large number", attribute("[1e99999]"), `argument "a": value contains a number of more than 4096 binary digits`},
		{"deep blocks", nested(100), "blocks are nested more than 100 levels deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := wire.DecodeBody(tt.body)
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDepthLimitIsTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	for levels, allowed := range map[int]bool{99: true, 100: false} {
		source := strings.Repeat("b {\n", levels) + strings.Repeat("}\n", levels)
		f, diags := hclsyntax.ParseConfig([]byte(source), "metadata.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		m, diags := wire.EncodeBody(f.Body.(*hclsyntax.Body), nil)
		if diags.HasErrors() == allowed {
			t.Errorf("%d levels: encoding gives %v", levels, diags)
		}
		if _, err := wire.DecodeBody(m); err != nil {
			t.Errorf("%d levels: what was encoded does not decode: %v", levels, err)
		}
		if _, err := wire.DecodeBody(nested(levels)); (err == nil) != allowed {
			t.Errorf("%d levels: decoding gives %v", levels, err)
		}
	}
}

func FuzzDecodeBody(f *testing.F) {
	for _, b := range []*pluginv1.Body{
		{},
		attribute(`{"b":[1,2.50,null,"x"],"b":"again"}`),
		attribute(`"\ud800"`),
		attribute(`[1e4000,-0,1E-2]`),
		nested(3),
	} {
		raw, err := proto.Marshal(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := &pluginv1.Body{}
		if proto.Unmarshal(raw, m) != nil {
			t.Skip("not a message")
		}
		b, err := wire.DecodeBody(m)
		if err != nil {
			return
		}
		checkRoundTrip(t, b)
	})
}

func FuzzCrossing(f *testing.F) {
	f.Add(goodSource)
	f.Add(badSource)
	f.Add("a = [1, {b = \"\\u0000é\"}, null]\nb \"l\" \"m\" {\n c = -0.1\n d {}\n}\n")
	f.Add("a = \"e\\u0301\"\nk = { \"e\\u0301\" = 1 }\n")
	// HCL itself takes minutes to write out a number with such an exponent.
	dear := regexp.MustCompile(`[eE][+-]?\d{4}`)
	f.Fuzz(func(t *testing.T, source string) {
		if dear.MatchString(source) || !utf8.ValidString(source) {
			t.Skip("the core does not read it, or HCL not in time")
		}
		file, diags := hclsyntax.ParseConfig([]byte(source), "metadata.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Skip("not HCL")
		}
		m, _ := wire.EncodeBody(file.Body.(*hclsyntax.Body), evalContext())
		b, err := wire.DecodeBody(overWire(t, m))
		if err != nil {
			t.Fatalf("what was encoded does not decode: %v", err)
		}
		checkRoundTrip(t, b)
	})
}

// checkRoundTrip encodes b, decodes it and encodes it again: nothing of it may
// be lost or change.
func checkRoundTrip(t *testing.T, b *hclsyntax.Body) {
	t.Helper()
	first := encodeLiterals(b)
	again, err := wire.DecodeBody(overWire(t, first))
	if err != nil {
		t.Fatalf("what was encoded does not decode: %v", err)
	}
	if d := cmp.Diff(first, encodeLiterals(again), protocmp.Transform()); d != "" {
		t.Errorf("round trip (-before +after):\n%s", d)
	}
}

// encodeLiterals drops the diagnostics of unknown values, which cross as
// unknown again.
func encodeLiterals(b *hclsyntax.Body) *pluginv1.Body {
	m, _ := wire.EncodeBody(b, nil)
	return m
}
