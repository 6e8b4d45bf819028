package conformance

import (
	"github.com/hashicorp/hcl/v2"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// refusals are the errors in an answer to Configure, as texts.
func refusals(r *pluginv1.ConfigureResponse, body *pluginv1.Body) []string {
	var out []string
	for _, d := range wire.DecodeDiagnostics(r.GetDiagnostics(), body, hcl.Range{}) {
		if d.Severity == hcl.DiagError {
			out = append(out, d.Summary+": "+d.Detail)
		}
	}
	return out
}

// points tells whether an error in the answer points into a piece of source.
func points(r *pluginv1.ConfigureResponse, body *pluginv1.Body, at hcl.Range) bool {
	for _, d := range wire.DecodeDiagnostics(r.GetDiagnostics(), body, hcl.Range{Filename: "nowhere"}) {
		if d.Severity == hcl.DiagError && d.Subject.Filename == at.Filename && d.Subject.Overlaps(at) {
			return true
		}
	}
	return false
}
