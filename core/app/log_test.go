package app

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/logsink"
)

// TestLossLine: lost lines are told in the format of the log, and even where
// warnings are not asked for.
func TestLossLine(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		var b strings.Builder
		sink := logsink.New(&b)
		log, err := newLog(&Options{Log: sink}, config.Log{Level: "error", Format: format}, nil)
		if err != nil {
			t.Fatal(err)
		}
		log.Warn("not asked for")
		log.Error(strings.Repeat("x", logsink.Limit)) // does not fit
		log.Error("nor does what follows it")         // but for when the first is gone already
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
		told, _, _ := strings.Cut(b.String(), "\n")
		if strings.Contains(b.String(), "not asked for") || !strings.Contains(told, "lines of the log were lost: they were not read in time") {
			t.Errorf("%s: %q", format, told)
		}
		if format == "json" {
			var line struct {
				Level string  `json:"@level"`
				Lines float64 `json:"lines"`
			}
			if err := json.Unmarshal([]byte(told), &line); err != nil || line.Level != "warn" || line.Lines < 1 {
				t.Errorf("%v: %q", err, told)
			}
		}
	}
}
