package supervise

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

func TestPluginLogIsTidy(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := pluginLog{Logger: hclog.New(&hclog.LoggerOptions{Output: &b, Level: hclog.Trace, DisableTime: true}), gate: newGate(hclog.NewNullLogger(), 0)}.Named("plugin").Named("iam")
	for _, log := range []func(string, ...any){l.Trace, l.Debug, l.Info, l.Warn, l.Error} {
		log("new credentials", "role", "app", "timestamp", "now", "expires", "soon")
	}
	for line := range strings.Lines(b.String()) {
		if want := "plugin.iam: new credentials: expires=soon role=app\n"; !strings.HasSuffix(line, want) {
			t.Errorf("%q does not end in %q", line, want)
		}
	}
	if n := strings.Count(b.String(), "\n"); n != 5 {
		t.Errorf("%d lines, want 5", n)
	}
}

func TestPrintedLinesAreSeen(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := pluginLog{Logger: hclog.New(&hclog.LoggerOptions{Output: &b, Level: hclog.Info, DisableTime: true}), gate: newGate(hclog.NewNullLogger(), 0)}
	l.Debug("go-plugin's own")
	l.Named("iam").Debug("printed")
	l.Named("iam").Debug("logged", "role", "app")
	if got, want := b.String(), "[INFO]  iam: printed\n"; got != want {
		t.Errorf("log %q, want %q", got, want)
	}
}

// TestPluginTextIsHarmless: what a plugin says is one line, of a bounded
// length, and drives no terminal.
func TestPluginTextIsHarmless(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"plain\ttext, naïve …":               "plain\ttext, naïve …",
		"two\nlines\r":                       `two\nlines\r`,
		"\x1b[2Jclear":                       `\x1b[2Jclear`,
		"right\u202eto left":                 `right\u202eto left`,
		"not UTF-8 \xff":                     "not UTF-8 \uFFFD",
		strings.Repeat("x", maxLine) + "123": strings.Repeat("x", maxLine) + "… (3 bytes more)",
	} {
		if got := plain(given); got != want {
			t.Errorf("%.50q becomes %.50q, want %.50q", given, got, want)
		}
	}
}
