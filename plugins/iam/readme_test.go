package iam

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

// Every piece of configuration in the README is accepted, but for the warning
// that the example's account is another one.
func TestREADMEConfigurations(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```hcl\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(found) < 3 {
		t.Fatalf("%d pieces of configuration", len(found))
	}
	for _, m := range found {
		piece := m[1]
		if strings.HasPrefix(piece, "plugin ") {
			f, diags := hclsyntax.ParseConfig([]byte(piece), "README.md", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			inner := f.Body.(*hclsyntax.Body).Blocks[0].Body.Blocks[0].Body.SrcRange
			piece = strings.Trim(string(inner.SliceBytes([]byte(piece))), "{} \n")
		}
		if !strings.Contains(piece, "role \"") {
			piece += "\n" + oneRole
		}
		p := sdktest.Start(t, New())
		p.StateDir = t.TempDir()
		for _, d := range p.Configure(piece) {
			if d.Severity == hcl.DiagError {
				t.Errorf("%s\n%s", d, piece)
			}
		}
	}
}
