package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
)

// get returns the value of an argument as a T, and where the value stands. It
// is false when the argument is absent, null or wrong, which it reports.
func get[T any](l *loader, attrs hcl.Attributes, name string) (value T, at hcl.Range, ok bool) {
	attr, ok := attrs[name]
	if !ok {
		return value, at, false
	}
	value, ok = evaluate[T](l, attr.Expr)
	return value, attr.Expr.Range(), ok
}

// evaluate returns the value of an expression as a T; false when it is null or
// wrong.
func evaluate[T any](l *loader, expr hcl.Expression) (value T, ok bool) {
	v, diags := expr.Value(l.ctx)
	l.add(diags)
	if diags.HasErrors() || v.IsNull() {
		return value, false
	}
	diags = gohcl.DecodeExpression(hcl.StaticExpr(v, expr.Range()), nil, &value)
	l.add(diags)
	return value, !diags.HasErrors()
}

// element is one element of a list or map, and where it stands: by itself if
// the list is written out, else the whole expression.
type element struct {
	key, text string
	at        hcl.Range
}

// list returns the elements of an argument that is a list of strings, without
// those that are wrong. It is false when the argument is absent or null.
func (l *loader) list(attrs hcl.Attributes, name string) (list []element, at hcl.Range, ok bool) {
	attr, ok := attrs[name]
	if !ok {
		return nil, at, false
	}
	at = attr.Expr.Range()
	exprs, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		texts, ok := evaluate[[]string](l, attr.Expr)
		for _, text := range texts {
			list = append(list, element{text: text, at: at})
		}
		return list, at, ok
	}
	for _, expr := range exprs {
		if text, ok := l.text(expr); ok {
			list = append(list, element{text: text, at: expr.Range()})
		}
	}
	return list, at, true
}

// object returns the elements of an argument that is a map of strings, without
// those that are wrong.
func (l *loader) object(attrs hcl.Attributes, name string) []element {
	attr, ok := attrs[name]
	if !ok {
		return nil
	}
	pairs, diags := hcl.ExprMap(attr.Expr)
	var out []element
	if diags.HasErrors() {
		texts, _ := evaluate[map[string]string](l, attr.Expr)
		for _, key := range known(texts) {
			out = append(out, element{key: key, text: texts[key], at: attr.Expr.Range()})
		}
		return out
	}
	for _, pair := range pairs {
		key, keyOK := l.text(pair.Key)
		text, textOK := l.text(pair.Value)
		if keyOK && textOK {
			out = append(out, element{key: key, text: text, at: pair.Key.Range()})
		}
	}
	return out
}

// text evaluates an element that must be a string.
func (l *loader) text(expr hcl.Expression) (string, bool) {
	v, diags := expr.Value(l.ctx)
	l.add(diags)
	if diags.HasErrors() {
		return "", false
	}
	var text string
	diags = gohcl.DecodeExpression(hcl.StaticExpr(v, expr.Range()), nil, &text)
	l.add(diags)
	return text, !diags.HasErrors()
}
