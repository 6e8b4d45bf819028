package sdktest

import (
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Description is what a plugin says of itself.
type Description struct {
	Name, Version string
	// Mounts are the mounts it claims when the configuration names none.
	Mounts []string
	// Actions are the names of its actions.
	Actions []string
	// Validity tells whether it declares how long its answers are valid.
	Validity bool
	// Options are the options of its config block, each block followed by what
	// is in it.
	Options []Option
}

// Option is one option of the config block, as the plugin tells it: see
// [sdk.Documenter].
type Option struct {
	// Name is its path: "role.arn" is the argument arn in a role block.
	Name string
	// Type is the HCL type in words, such as "list of string", or "block" or
	// "label".
	Type string
	// Required tells whether it must be given, and Multiple whether a block may
	// be given more than once.
	Required, Multiple bool
	// Doc, Default and Example are those of the tags; the latter two as HCL.
	Doc, Default, Example string
	// Labels are the names of a block's labels.
	Labels []string
}

// Describe asks the plugin what it is.
func (p *Plugin) Describe() Description {
	p.t.Helper()
	d, err := p.rpc.Describe(p.t.Context(), &pluginv1.DescribeRequest{CoreVersion: "sdktest"})
	if err != nil {
		p.t.Fatalf("describe plugin: %v", err)
	}
	out := Description{Name: d.GetName(), Version: d.GetVersion(), Mounts: d.GetMounts()}
	for _, a := range d.GetActions() {
		out.Actions = append(out.Actions, a.GetName())
	}
	for _, c := range d.GetCapabilities() {
		out.Validity = out.Validity || c == pluginv1.Capability_CAPABILITY_VALIDITY
	}
	for _, o := range d.GetOptions() {
		out.Options = append(out.Options, Option{
			Name: o.GetName(), Type: o.GetType(), Required: o.GetRequired(), Multiple: o.GetMultiple(),
			Doc: o.GetDoc(), Default: o.GetDefault(), Example: o.GetExample(), Labels: o.GetLabels(),
		})
	}
	return out
}
