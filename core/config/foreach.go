package config

import (
	"iter"
	"maps"
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// elements are what the for_each of a block has, by their keys.
type elements interface {
	// size is how many there are; beyond 2^62 it is that.
	size() int
	// value is what an element is, each.value; false when there is no such key.
	value(key string) (cty.Value, hcl.Diagnostics, bool)
	// keys are all keys in order.
	keys() iter.Seq[string]
}

// listed are elements that have been evaluated.
type listed struct {
	order []string
	by    map[string]cty.Value
}

func (e *listed) size() int { return len(e.order) }

func (e *listed) value(key string) (cty.Value, hcl.Diagnostics, bool) {
	v, ok := e.by[key]
	return v, nil, ok
}

func (e *listed) keys() iter.Seq[string] { return slices.Values(e.order) }

// hosts are the addresses of a network, which are not listed. They are written
// cidrhosts(…), or as a for expression over that whose keys are the addresses.
type hosts struct {
	network netip.Prefix
	loop    *hclsyntax.ForExpr // makes the values; nil: they are the keys
	ctx     *hcl.EvalContext
}

func (e *hosts) size() int { return size(e.network) }

func (e *hosts) value(key string) (cty.Value, hcl.Diagnostics, bool) {
	addr, err := netip.ParseAddr(key)
	if err != nil || !e.network.Contains(addr) || addr.String() != key {
		return cty.NilVal, nil, false
	}
	v := cty.StringVal(key)
	if e.loop == nil {
		return v, nil, true
	}
	ctx := e.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{e.loop.ValVar: v}
	if e.loop.KeyVar != "" {
		ctx.Variables[e.loop.KeyVar] = v // the key of an element of a set is itself
	}
	v, diags := e.loop.ValExpr.Value(ctx)
	return v, diags, true
}

func (e *hosts) keys() iter.Seq[string] {
	return func(yield func(string) bool) {
		for a := e.network.Addr(); e.network.Contains(a) && yield(a.String()); {
			a = a.Next()
		}
	}
}

// forEach evaluates for_each. It is false after a mistake.
func (l *loader) forEach(expr hclsyntax.Expression) (elements, bool) {
	if e := l.hostsOf(expr); e != nil {
		return e, true
	}
	at := expr.Range()
	v, diags := expr.Value(l.ctx)
	l.add(diags)
	if diags.HasErrors() {
		return nil, false
	}
	t := v.Type()
	switch {
	case v.IsNull():
		l.errorAt(at, "Invalid for_each", "The value is null. Write a map or a set of strings; an empty one makes no instance.")
		return nil, false
	case t.IsMapType(), t.IsObjectType():
		by := v.AsValueMap()
		return &listed{order: slices.Sorted(maps.Keys(by)), by: by}, true
	case t.IsSetType() && (t.ElementType() == cty.String || v.LengthInt() == 0):
		return l.setOf(v, at)
	case t.IsListType(), t.IsTupleType(), t.IsSetType():
		l.errorAt(at, "Invalid for_each", "for_each takes a map or a set of strings, and this is %s. toset([…]) makes a set of a list of strings.", t.FriendlyName())
		return nil, false
	}
	l.errorAt(at, "Invalid for_each", "for_each takes a map or a set of strings, and this is %s.", t.FriendlyName())
	return nil, false
}

func (l *loader) setOf(v cty.Value, at hcl.Range) (elements, bool) {
	e := &listed{by: make(map[string]cty.Value, v.LengthInt())}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		if element.IsNull() {
			l.errorAt(at, "Invalid for_each", "The set has an element that is null. Leave it out, as compact() does.")
			return nil, false
		}
		e.order = append(e.order, element.AsString())
		e.by[element.AsString()] = element
	}
	slices.Sort(e.order)
	return e, true
}

// hostsOf recognises the addresses of a network in a for_each; nil when it is
// another expression, or a mistaken one, of which its evaluation tells.
func (l *loader) hostsOf(expr hclsyntax.Expression) *hosts {
	expr = bare(expr)
	if inner := call(expr, "toset"); inner != nil {
		expr = bare(inner)
		if loop, ok := expr.(*hclsyntax.ForExpr); ok && loop.KeyExpr == nil && loop.CondExpr == nil && names(loop.ValExpr, loop.ValVar) {
			expr = bare(loop.CollExpr) // [for a in … : a]
		}
	}
	e := &hosts{ctx: l.ctx}
	if loop, ok := expr.(*hclsyntax.ForExpr); ok {
		if loop.CondExpr != nil || loop.Group || loop.KeyExpr == nil || !names(loop.KeyExpr, loop.ValVar) {
			return nil
		}
		e.loop, expr = loop, bare(loop.CollExpr)
	}
	network := call(expr, "cidrhosts")
	if network == nil {
		return nil
	}
	v, diags := network.Value(l.ctx)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return nil
	}
	p, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return nil
	}
	e.network = plainPrefix(p).Masked()
	return e
}

// bare takes the parentheses off an expression.
func bare(expr hclsyntax.Expression) hclsyntax.Expression {
	for {
		p, ok := expr.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return expr
		}
		expr = p.Expression
	}
}

// call returns the one argument of a call of a function, nil when expr is
// something else.
func call(expr hclsyntax.Expression, name string) hclsyntax.Expression {
	c, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || c.Name != name || len(c.Args) != 1 || c.ExpandFinal {
		return nil
	}
	return c.Args[0]
}

// names says whether an expression is just a variable, or an attribute of one.
func names(expr hclsyntax.Expression, path ...string) bool {
	expr = bare(expr)
	if t, ok := expr.(*hclsyntax.TemplateWrapExpr); ok {
		expr = bare(t.Wrapped)
	}
	v, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	if !ok || len(v.Traversal) != len(path) || v.Traversal.RootName() != path[0] {
		return false
	}
	var steps []string
	for _, step := range v.Traversal[1:] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok {
			return false
		}
		steps = append(steps, attr.Name)
	}
	return slices.Equal(steps, path[1:])
}
