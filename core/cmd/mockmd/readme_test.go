package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADMEConfigurations validates every configuration that the README
// shows.
func TestREADMEConfigurations(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```hcl\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d configurations in the README", len(blocks))
	}
	for i, b := range blocks {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runOnce(t, b[1], "validate")
			if code != exitOK {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// TestREADMEExitCodes: the table says what the code says.
func TestREADMEExitCodes(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for code, words := range map[int]string{
		exitOK: "stopped in order", exitFailed: "failed while running", exitUsage: "the command line is wrong",
		exitConfig: "the configuration is refused", exitAddress: "an address cannot be listened on",
	} {
		if !strings.Contains(string(readme), fmt.Sprintf("| %d | %s", code, words)) {
			t.Errorf("exit code %d is not documented as %q", code, words)
		}
	}
}
