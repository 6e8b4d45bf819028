package systemd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mostExposed is the worst that systemd may say of the service, of 0 to 10.
const mostExposed = 1.5

var files = []string{"mockmd.service", "mockmd-metadata.socket", "mockmd-admin.socket", "mockmd-network.service"}

// analyze runs systemd-analyze in a folder with the units, which name a program
// that is there, and are enabled.
func analyze(t *testing.T, args ...string) string {
	t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NOT RUN: no systemd-analyze (systemd)")
	}
	dir := t.TempDir()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		there := strings.ReplaceAll(string(text), "/usr/local/bin/mockmd", "/bin/true")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(there), 0o600); err != nil {
			t.Fatal(err)
		}
		enable(t, dir, name, there)
	}
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SYSTEMD_LOG_COLOR=0", "SYSTEMD_UNIT_PATH="+dir+":") // and where systemd's own are
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// enable does what systemctl enable does with a unit in a folder.
func enable(t *testing.T, dir, name, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		targets, ok := strings.CutPrefix(strings.TrimSpace(line), "WantedBy=")
		if !ok {
			continue
		}
		for target := range strings.FieldsSeq(targets) {
			wants := filepath.Join(dir, target+".wants")
			if err := os.MkdirAll(wants, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join("..", name), filepath.Join(wants, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestVerify: systemd understands every line, but for the one that it knows
// from version 253 on, and starts all of them when the system boots: what waits
// for another in a circle it leaves out.
func TestVerify(t *testing.T) {
	t.Parallel()
	out := analyze(t, append([]string{"verify", "--man=no", "multi-user.target"}, files...)...)
	for line := range strings.Lines(out) {
		if strings.Contains(line, "mockmd") && !strings.Contains(line, "Failed to parse service type, ignoring: notify-reload") {
			t.Errorf("systemd-analyze verify: %s", strings.TrimSpace(line))
		}
	}
}

// TestSecurity: the service is as confined as the README says.
func TestSecurity(t *testing.T) {
	t.Parallel()
	out := analyze(t, "security", "--offline=true", "--no-pager", "./mockmd.service")
	m := regexp.MustCompile(`Overall exposure level for mockmd.service: ([0-9.]+) `).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no score:\n%s", out)
	}
	score, err := strconv.ParseFloat(m[1], 64)
	if err != nil || score > mostExposed {
		t.Errorf("exposure level %s, at most %.1f:\n%s", m[1], mostExposed, out)
	}
	t.Log(strings.TrimSpace(m[0]))
}
