package attack

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTable: README.md has every row, and names only tests that there are.
func TestTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{} // the source of the file, by folder and test
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	root := "../../.."
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		folder, _ := filepath.Rel(root, filepath.Dir(path))
		for _, m := range declared.FindAllStringSubmatch(string(source), -1) {
			tests[folder+" "+m[1]] = string(source)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:core|plugins|sdk)/[a-z/]+)`|`(Test\\w+)(?:/(\\w+))?`")
	rows := 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.Contains(line, "`Test") {
			continue
		}
		rows++
		folder := "core/internal/attack"
		for _, m := range named.FindAllStringSubmatch(cells[len(cells)-2], -1) {
			if m[1] != "" {
				folder = m[1]
			} else if source, ok := tests[folder+" "+m[2]]; !ok || !strings.Contains(source, `"`+m[3]+`"`) && m[3] != "" {
				t.Errorf("there is no %s/%s in %s: %s", m[2], m[3], folder, line)
			}
		}
	}
	if rows != 24 {
		t.Errorf("%d rows with tests, want 20 and the 4 beside", rows)
	}
}
