package app

import (
	"bytes"
	"io"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/config"
)

// newLog makes the one logger of the process.
func newLog(o *Options, c config.Log, w io.Writer) (hclog.Logger, error) {
	format := c.Format
	if o.LogFormat != "" {
		format = o.LogFormat
	}
	l := level(o, c)
	if l == hclog.NoLevel {
		return nil, &UsageError{"log-level", o.LogLevel, "trace, debug, info, warn or error"}
	}
	if format != "text" && format != "json" {
		return nil, &UsageError{"log-format", format, "text or json"}
	}
	lo := hclog.LoggerOptions{
		Level:      l,
		Output:     w,
		JSONFormat: format == "json",
		TimeFormat: "2006-01-02T15:04:05.000Z07:00",
		Exclude:    supervised,
	}
	if o.Log != nil {
		lo.Output = o.Log
		o.Log.OnLoss(lossLine(lo))
	}
	return hclog.New(&lo), nil
}

// lossLine makes the line on lines of the log that were lost. It looks like the
// others and is there at every level.
func lossLine(lo hclog.LoggerOptions) func(int64) []byte {
	return func(lines int64) []byte {
		var b bytes.Buffer
		lo.Output, lo.Level = &b, hclog.Warn
		hclog.New(&lo).Warn("lines of the log were lost: they were not read in time", "lines", lines)
		return b.Bytes()
	}
}

// level is the level to log at; [hclog.NoLevel] when the command line names
// one that there is not.
func level(o *Options, c config.Log) hclog.Level {
	if o.LogLevel != "" {
		return hclog.LevelFromString(o.LogLevel)
	}
	return hclog.LevelFromString(c.Level)
}

// jsonLog says whether the log is for programs.
func jsonLog(o *Options, c config.Log) bool {
	return o.LogFormat == "json" || o.LogFormat == "" && c.Format == "json"
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
