package app

import (
	"io"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/config"
)

// newLog makes the one logger of the process.
func newLog(o *Options, c config.Log, w io.Writer) (hclog.Logger, error) {
	level, format := c.Level, c.Format
	if o.LogLevel != "" {
		level = o.LogLevel
	}
	if o.LogFormat != "" {
		format = o.LogFormat
	}
	l := hclog.LevelFromString(level)
	if l == hclog.NoLevel {
		return nil, &UsageError{"log-level", level, "trace, debug, info, warn or error"}
	}
	if format != "text" && format != "json" {
		return nil, &UsageError{"log-format", format, "text or json"}
	}
	return hclog.New(&hclog.LoggerOptions{
		Level:      l,
		Output:     w,
		JSONFormat: format == "json",
		TimeFormat: "2006-01-02T15:04:05.000Z07:00",
		Exclude:    supervised,
	}), nil
}

// supervised leaves out go-plugin's lines on the end of a process: the
// supervisor says the same, with the reason, where it matters.
func supervised(_ hclog.Level, msg string, _ ...any) bool {
	switch msg {
	case "plugin process exited", "plugin failed to exit gracefully", "error closing client during Kill",
		"reading plugin stderr", "error encountered while scanning stdout":
		return true
	}
	return false
}
