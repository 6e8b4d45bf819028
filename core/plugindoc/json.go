package plugindoc

import (
	"encoding/json"
	"fmt"
	"slices"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// description is what a program reads. Names stay when fields are added.
type description struct {
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	SDK      string   `json:"sdk"`
	Mounts   []string `json:"mounts"`
	Validity bool     `json:"validity"`
	Actions  []action `json:"actions"`
	Options  []option `json:"options"` // null when they are not told
}

type action struct {
	Name   string `json:"name"`
	Method string `json:"method"`
	Doc    string `json:"doc"`
}

type option struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Labels   []string `json:"labels,omitempty"`
	Required bool     `json:"required"`
	Multiple bool     `json:"multiple"`
	Default  string   `json:"default,omitempty"`
	Example  string   `json:"example,omitempty"`
	Doc      string   `json:"doc"`
}

// JSON writes a plugin's description as one indented object. Only the
// options of a plugin that does not tell them are null; default and example are
// HCL.
func JSON(d *pluginv1.DescribeResponse) (string, error) {
	out := description{
		Name: d.GetName(), Version: d.GetVersion(), SDK: d.GetSdk(),
		Mounts:   append([]string{}, d.GetMounts()...),
		Validity: slices.Contains(d.GetCapabilities(), pluginv1.Capability_CAPABILITY_VALIDITY),
		Actions:  []action{},
	}
	if d.GetOptionsTold() {
		out.Options = []option{}
	}
	for _, a := range d.GetActions() {
		out.Actions = append(out.Actions, action{Name: a.GetName(), Method: method(a), Doc: a.GetDoc()})
	}
	for _, o := range d.GetOptions() {
		out.Options = append(out.Options, option{
			Name: o.GetName(), Type: o.GetType(), Labels: o.GetLabels(), Required: o.GetRequired(), Multiple: o.GetMultiple(),
			Default: o.GetDefault(), Example: o.GetExample(), Doc: o.GetDoc(),
		})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the description of plugin %q: %w", d.GetName(), err)
	}
	return string(text) + "\n", nil
}
