package imdsjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Field is one member of an object.
type Field struct {
	// Name is the key.
	Name string
	// Value is a string, a []string (nil is null), a bool, an int, a []Field
	// for an object inside this one, or nil for null.
	Value any
}

// Object prints an object with its fields in the order given. The layout is
// that of the instance identity document and of the documents under
// meta-data/iam: a value that is absent is null, an array stays on its line as
// [ "a", "b" ], and the slash and the characters of HTML are not escaped.
//
// It panics on a value of another type than [Field] allows: that is a mistake
// of the plugin's author, not something that happens at run time.
func Object(fields ...Field) []byte { return appendObject(nil, fields, "\n") }

// appendObject prints an object whose last line begins with newline, which is
// a line feed and the indent.
func appendObject(b []byte, fields []Field, newline string) []byte {
	if len(fields) == 0 {
		return append(b, "{ }"...)
	}
	b = append(b, '{')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, newline+"  "...)
		b = appendString(b, f.Name)
		b = append(b, " : "...)
		b = appendValue(b, f, newline+"  ")
	}
	return append(b, newline+"}"...)
}

func appendValue(b []byte, f Field, newline string) []byte {
	switch v := f.Value.(type) {
	case []Field:
		return appendObject(b, v, newline)
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case []string:
		return appendArray(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	default:
		panic(fmt.Sprintf("imdsjson: value of %q is %T, want string, []string, bool, int, []Field or nil", f.Name, v))
	}
}

func appendArray(b []byte, values []string) []byte {
	if values == nil {
		return append(b, "null"...)
	}
	b = append(b, "[ "...)
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendString(b, v)
	}
	if len(values) > 0 {
		b = append(b, ' ')
	}
	return append(b, ']')
}

// appendString quotes as RFC 8259 demands and escapes nothing beyond that but
// the two line separators that JavaScript trips over.
func appendString(b []byte, s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Sprintf("imdsjson: a string cannot be written: %v", err)) // encoding/json never fails on a string
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
