package instance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

// Every recipe of the README is a configuration without a mistake or a warning.
func TestREADMERecipes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	recipes := regexp.MustCompile("(?ms)^### ([^\n]+)$(?:[^#`]|`[^`\n]+`)*^```hcl\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if all := strings.Count(string(text), "```hcl"); all == 0 || len(recipes) != all {
		t.Fatalf("%d recipes with a heading, of %d", len(recipes), all)
	}
	for _, m := range recipes {
		path := filepath.Join(t.TempDir(), "metadata.hcl")
		if err := os.WriteFile(path, []byte(m[2]+"plugin \"network\" {}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, diags := config.Load(path, config.Options{Builtins: []string{"network"}})
		for _, d := range diags {
			t.Errorf("%s: %s", m[1], d)
		}
	}
}
