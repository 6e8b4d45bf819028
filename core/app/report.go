package app

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
)

// report is what there is to say of a configuration.
type report struct {
	sources *config.Sources
	diags   hcl.Diagnostics
}

// write prints the report when there is something to say.
func (r *report) write(w io.Writer) error {
	if len(r.diags) == 0 {
		return nil
	}
	return r.sources.Write(w, r.diags, false, 0)
}

// writeJSON prints the report for programs.
func (r *report) writeJSON(w io.Writer) error {
	told := struct {
		Valid       bool                `json:"valid"`
		Errors      int                 `json:"error_count"`
		Warnings    int                 `json:"warning_count"`
		Diagnostics []config.Diagnostic `json:"diagnostics"`
	}{Valid: !r.diags.HasErrors(), Diagnostics: r.sources.Report(r.diags, true)}
	for _, d := range told.Diagnostics {
		if d.Severity == "error" {
			told.Errors++
		} else {
			told.Warnings++
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(told); err != nil {
		return fmt.Errorf("print diagnostics: %w", err)
	}
	return nil
}
