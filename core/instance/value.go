package instance

import (
	"encoding/base64"
	"reflect"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Value returns the variable instance of expressions: an object with all facts
// by their JSON names, which are those of the instance block. A fact that there
// is not is an empty string, an empty list or 0, as in the facts that plugins
// are given, and null where these mean something; times are RFC 3339 and bytes
// are base64.
func (i *Instance) Value() cty.Value { return valueOf(reflect.ValueOf(i.Facts)) }

// valueOf returns facts as a value of typeOf.
func valueOf(v reflect.Value) cty.Value {
	switch fact := v.Interface().(type) {
	case time.Time:
		return cty.StringVal(fact.Format(time.RFC3339))
	case []byte:
		return cty.StringVal(base64.StdEncoding.EncodeToString(fact))
	case map[string]string:
		return mapOf(fact)
	}
	switch v.Kind() {
	case reflect.String:
		return cty.StringVal(v.String())
	case reflect.Bool:
		return cty.BoolVal(v.Bool())
	case reflect.Pointer:
		if v.IsNil() {
			return cty.NullVal(typeOf(v.Type()))
		}
		return valueOf(v.Elem())
	case reflect.Slice:
		if v.Len() == 0 {
			return cty.ListValEmpty(typeOf(v.Type().Elem()))
		}
		list := make([]cty.Value, v.Len())
		for i := range list {
			list[i] = valueOf(v.Index(i))
		}
		return cty.ListVal(list)
	case reflect.Struct:
		object := map[string]cty.Value{}
		for field, fact := range v.Fields() {
			if name, ok := factName(field); ok {
				object[name] = valueOf(fact)
			}
		}
		return cty.ObjectVal(object)
	default:
		return cty.NumberIntVal(v.Int())
	}
}

// typeOf returns the type that expressions know facts of a Go type by. It does
// not depend on which facts there are.
func typeOf(t reflect.Type) cty.Type {
	switch t.Kind() {
	case reflect.Bool:
		return cty.Bool
	case reflect.Int:
		return cty.Number
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.Map:
		return cty.Map(typeOf(t.Elem()))
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return cty.String
		}
		return cty.List(typeOf(t.Elem()))
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return cty.String
		}
		object := map[string]cty.Type{}
		for field := range t.Fields() {
			if name, ok := factName(field); ok {
				object[name] = typeOf(field.Type)
			}
		}
		return cty.Object(object)
	default:
		return cty.String
	}
}

// factName is the JSON name of a field, and false for a field that is no fact.
func factName(field reflect.StructField) (string, bool) {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name, name != "" && name != "-"
}

func mapOf(m map[string]string) cty.Value {
	if len(m) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	values := make(map[string]cty.Value, len(m))
	for key, value := range m {
		values[key] = cty.StringVal(value)
	}
	return cty.MapVal(values)
}
