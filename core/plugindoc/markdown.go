package plugindoc

import (
	"fmt"
	"slices"
	"strings"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Markdown writes a plugin's description: what it is, what it claims and
// offers, and the table of its options.
func Markdown(d *pluginv1.DescribeResponse) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", oneLine(d.GetName()))
	item := func(what, text string) { fmt.Fprintf(&b, "- %s: %s\n", what, text) }
	item("version", orNone(oneLine(d.GetVersion())))
	item("SDK", orNone(oneLine(d.GetSdk())))
	var mounts []string
	for _, m := range d.GetMounts() {
		mounts = append(mounts, code(m))
	}
	if mounts == nil {
		mounts = []string{"by its configuration"}
	}
	item("mounts", strings.Join(mounts, ", "))
	for _, a := range d.GetActions() {
		text := code(method(a) + " /" + a.GetName())
		if a.GetDoc() != "" {
			text += ": " + oneLine(a.GetDoc())
		}
		item("action", text)
	}
	if slices.Contains(d.GetCapabilities(), pluginv1.Capability_CAPABILITY_VALIDITY) {
		item("validity", "what it serves is valid for a time, and `/status` tells whether it is now")
	}
	fmt.Fprintf(&b, "\n## Options\n\n%s", Options(d))
	return b.String()
}

// method is how an action is called.
func method(a *pluginv1.Action) string {
	if a.GetReadOnly() {
		return "GET"
	}
	return "POST"
}

// Options writes the options of a plugin as a Markdown table, and none as a
// word.
func Options(d *pluginv1.DescribeResponse) string {
	options := d.GetOptions()
	switch {
	case !d.GetOptionsTold():
		return "Not told.\n"
	case len(options) == 0:
		return "None.\n"
	}
	labels := map[string]string{} // what is told of a block's labels
	for _, o := range options {
		if block, name, ok := label(o); ok && o.GetDoc() != "" {
			labels[block] += " " + code(strings.ToUpper(name)) + ": " + oneLine(o.GetDoc())
		}
	}
	var b strings.Builder
	b.WriteString("| option | type | default | is |\n|---|---|---|---|\n")
	for _, o := range options {
		if o.GetType() == "label" {
			continue
		}
		name := []string{o.GetName()}
		for _, l := range o.GetLabels() {
			name = append(name, fmt.Sprintf("%q", strings.ToUpper(l)))
		}
		doc := cell(strings.TrimSpace(oneLine(o.GetDoc()) + labels[o.GetName()]))
		if o.GetExample() != "" {
			doc = strings.TrimSpace(doc + " Example: " + code(o.GetExample()))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(strings.Join(name, " ")), cell(kind(o)), fallback(o), doc)
	}
	return b.String()
}

// label returns the block that an option is a label of, and its name.
func label(o *pluginv1.Option) (block, name string, ok bool) {
	i := strings.LastIndexByte(o.GetName(), '.')
	if o.GetType() != "label" || i < 0 {
		return "", "", false
	}
	return o.GetName()[:i], o.GetName()[i+1:], true
}

// kind is the type of an option in words.
func kind(o *pluginv1.Option) string {
	switch {
	case o.GetType() != "block":
		return o.GetType()
	case o.GetMultiple():
		return "blocks"
	case o.GetRequired():
		return "block"
	}
	return "block, at most one"
}

// fallback is what holds when an option is left out.
func fallback(o *pluginv1.Option) string {
	switch {
	case o.GetRequired():
		return "required"
	case o.GetDefault() != "":
		return code(o.GetDefault())
	}
	return ""
}

// code writes a piece of code, whatever is in it.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + cell(oneLine(s)) + fence
}

// cell keeps text inside its cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// oneLine makes one line of text that a plugin has given, without characters
// that a terminal obeys.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

func orNone(s string) string {
	if s == "" {
		return "not told"
	}
	return s
}
