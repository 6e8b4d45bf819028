package sdk

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// optionsOf tells what the struct of a [Documenter] takes, in the order of its
// fields; each block is followed by what is in it.
func optionsOf(target any) ([]*pluginv1.Option, error) {
	t := reflect.TypeOf(target)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the method Options returns %T, want the struct that Configure decodes, or a pointer to it", target)
	}
	return optionsIn(t, "", nil)
}

// optionsIn tells the options of one body; above are the bodies around it.
func optionsIn(t reflect.Type, prefix string, above []reflect.Type) ([]*pluginv1.Option, error) {
	if slices.Contains(above, t) {
		return nil, nil // a block that may hold blocks of its own kind is told once
	}
	above = append(slices.Clone(above), t)
	var out []*pluginv1.Option
	for f := range t.Fields() {
		tag := f.Tag.Get("hcl")
		if tag == "" {
			continue
		}
		name, kind, _ := strings.Cut(tag, ",")
		o := &pluginv1.Option{Name: prefix + name, Doc: f.Tag.Get("doc")}
		var inner []*pluginv1.Option
		var err error
		switch kind {
		case "", "attr", "optional":
			err = attribute(o, f, kind == "optional")
		case "block":
			inner, err = block(o, f, above)
		case "label":
			o.Type, o.Required = "label", true
		case "remain":
			o.Name, o.Type = prefix+"*", "any"
		case "body", "def_range", "type_range", "label_range", "attr_range", "attr_name_range", "attr_value_range":
			continue // for the plugin, not for its user
		default:
			err = fmt.Errorf("hcl:%q is no tag of gohcl", tag)
		}
		if err != nil {
			return nil, fmt.Errorf("options of the plugin, field %s of %s: %w", f.Name, t, err)
		}
		out = append(append(out, o), inner...)
	}
	return out, nil
}

var (
	expression = reflect.TypeFor[hcl.Expression]()
	ctyValue   = reflect.TypeFor[cty.Value]()
)

// attribute tells an argument. Whether it is required is as gohcl sees it.
func attribute(o *pluginv1.Option, f reflect.StructField, optional bool) error {
	t := f.Type
	o.Required = !optional && t.Kind() != reflect.Pointer && !t.AssignableTo(expression)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.AssignableTo(expression), t == ctyValue, t == reflect.TypeFor[hcl.Attribute]():
		o.Type = "any"
	default:
		ty, err := gocty.ImpliedType(reflect.Zero(t).Interface())
		if err != nil {
			return err
		}
		o.Type = ty.FriendlyName()
	}
	for tag, into := range map[string]*string{"default": &o.Default, "example": &o.Example} {
		text, ok := f.Tag.Lookup(tag)
		switch {
		case !ok:
		case tag == "default" && o.Required:
			return errors.New("the argument has a default and is required: let its hcl tag say optional, or make the field a pointer")
		case o.Type == cty.String.FriendlyName():
			*into = quote(text)
		default:
			*into = text
		}
	}
	return nil
}

// block tells a block and what is in it.
func block(o *pluginv1.Option, f reflect.StructField, above []reflect.Type) ([]*pluginv1.Option, error) {
	t := f.Type
	o.Type, o.Required = "block", t.Kind() == reflect.Struct
	if o.Multiple = t.Kind() == reflect.Slice; o.Multiple {
		t = t.Elem()
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a block decodes into a struct, not into %s", f.Type)
	}
	for l := range t.Fields() {
		if name, kind, _ := strings.Cut(l.Tag.Get("hcl"), ","); kind == "label" {
			o.Labels = append(o.Labels, name)
		}
	}
	return optionsIn(t, o.GetName()+".", above)
}

// quote writes a string as HCL does.
func quote(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", s))
}
