package instance

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// The README names every argument in the section of its block, and its tables
// name no other. A heading of code is the name of a block.
func TestREADMEHasEveryArgument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := sectionsOf(string(text))
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
	seen := map[string]bool{}
	for block, names := range argumentsOf("", reflect.TypeFor[arguments]()) {
		seen[block] = true
		section, ok := sections[block]
		if !ok {
			t.Errorf("the block %q has no section", block)
		}
		for name := range names {
			if !strings.Contains(section, "`"+name+"`") {
				t.Errorf("the argument %s of the block %q is not in its section", name, block)
			}
		}
		for _, m := range row.FindAllStringSubmatch(section, -1) {
			if !names[m[1]] {
				t.Errorf("the table of the block %q has %s, which the block does not take", block, m[1])
			}
		}
	}
	for block := range sections {
		if !seen[block] {
			t.Errorf("there is a section for %q, and no such block", block)
		}
	}
}

// argumentsOf returns the names of the arguments that a struct takes, by block.
func argumentsOf(block string, of reflect.Type) map[string]map[string]bool {
	blocks := map[string]map[string]bool{block: {}}
	for field := range of.Fields() {
		name, kind, _ := strings.Cut(field.Tag.Get("hcl"), ",")
		switch {
		case name == "":
		case kind == "block":
			inner := field.Type
			for inner.Kind() != reflect.Struct {
				inner = inner.Elem()
			}
			maps.Copy(blocks, argumentsOf(name, inner))
		default:
			blocks[block][name] = true
		}
	}
	return blocks
}

// sectionsOf returns the prose and tables of a README by block. What stands
// below the other headings is the instance block itself.
func sectionsOf(text string) map[string]string {
	text = regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
	sections := map[string]string{}
	block := ""
	for line := range strings.Lines(text) {
		if m := regexp.MustCompile("^#+ (?:`(\\w+)`)?").FindStringSubmatch(line); m != nil {
			block = m[1]
		}
		sections[block] += line
	}
	return sections
}
