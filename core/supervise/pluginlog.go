package supervise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/go-hclog"
)

// pluginLog makes the lines of plugins readable, and harmless. go-plugin reads
// their fields from JSON, where order is lost, and adds the time once more; and
// it hides at debug level what a plugin prints without a logger. A plugin's
// text could pretend to be several lines, or drive the terminal that it is
// shown on, or fill the disk.
type pluginLog struct {
	hclog.Logger
	gate   *gate
	plugin bool // it logs what one plugin writes
}

var _ hclog.Logger = pluginLog{}

// Named keeps the tidiness for the logger that go-plugin makes per process.
func (l pluginLog) Named(name string) hclog.Logger {
	return pluginLog{Logger: l.Logger.Named(name), gate: l.gate, plugin: name != "stdio"}
}

// The levels, each with its message and fields made fit for the log.

func (l pluginLog) Trace(msg string, args ...any) { l.line(hclog.Trace, msg, args) }

func (l pluginLog) Debug(msg string, args ...any) {
	if l.plugin && len(args) == 0 { // not a line of a log, but something printed
		l.line(hclog.Info, msg, nil)
		return
	}
	l.line(hclog.Debug, msg, args)
}
func (l pluginLog) Info(msg string, args ...any)  { l.line(hclog.Info, msg, args) }
func (l pluginLog) Warn(msg string, args ...any)  { l.line(hclog.Warn, msg, args) }
func (l pluginLog) Error(msg string, args ...any) { l.line(hclog.Error, msg, args) }

func (l pluginLog) line(level hclog.Level, msg string, args []any) {
	if l.plugin {
		if level < l.GetLevel() || !l.gate.pass() { // what is not shown does not count
			return
		}
		msg = plain(msg)
		for i := range args {
			if text, ok := args[i].(string); ok {
				args[i] = plain(text)
			}
		}
	}
	l.Log(level, msg, tidy(args)...)
}

// plain bounds a text of a plugin and shows what is no text in it as an escape:
// "\n" for a line feed.
func plain(text string) string {
	more := len(text) - maxLine
	if more > 0 {
		text = text[:maxLine]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.ContainsFunc(text, unprintable) {
		var b strings.Builder
		for _, r := range text {
			if unprintable(r) {
				quoted := strings.Trim(fmt.Sprintf("%q", r), "'")
				b.WriteString(quoted)
				continue
			}
			b.WriteRune(r)
		}
		text = b.String()
	}
	if more > 0 {
		text += fmt.Sprintf("… (%d bytes more)", more)
	}
	return text
}

func unprintable(r rune) bool { return r != '\t' && !unicode.IsGraphic(r) }

// tidy sorts fields by name and leaves the second time out.
func tidy(args []any) []any {
	var fields [][2]any
	for pair := range slices.Chunk(args, 2) {
		if len(pair) < 2 {
			return args // not fields at all
		}
		if pair[0] != "timestamp" {
			fields = append(fields, [2]any{pair[0], pair[1]})
		}
	}
	slices.SortStableFunc(fields, func(a, b [2]any) int {
		x, _ := a[0].(string)
		y, _ := b[0].(string)
		return cmp.Compare(x, y)
	})
	out := make([]any, 0, 2*len(fields))
	for _, f := range fields {
		out = append(out, f[0], f[1])
	}
	return out
}
