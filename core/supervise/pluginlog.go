package supervise

import (
	"cmp"
	"slices"

	"github.com/hashicorp/go-hclog"
)

// pluginLog makes the lines of plugins readable. go-plugin reads their fields
// from JSON, where order is lost, and adds the time once more; and it hides at
// debug level what a plugin prints without a logger.
type pluginLog struct {
	hclog.Logger
	plugin bool // it logs what one plugin writes
}

var _ hclog.Logger = pluginLog{}

// Named keeps the tidiness for the logger that go-plugin makes per process.
func (l pluginLog) Named(name string) hclog.Logger {
	return pluginLog{Logger: l.Logger.Named(name), plugin: name != "stdio"}
}

// The levels, each with its fields tidied.

func (l pluginLog) Trace(msg string, args ...any) { l.Logger.Trace(msg, tidy(args)...) }

func (l pluginLog) Debug(msg string, args ...any) {
	if l.plugin && len(args) == 0 { // not a line of a log, but something printed
		l.Logger.Info(msg)
		return
	}
	l.Logger.Debug(msg, tidy(args)...)
}
func (l pluginLog) Info(msg string, args ...any)  { l.Logger.Info(msg, tidy(args)...) }
func (l pluginLog) Warn(msg string, args ...any)  { l.Logger.Warn(msg, tidy(args)...) }
func (l pluginLog) Error(msg string, args ...any) { l.Logger.Error(msg, tidy(args)...) }

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
