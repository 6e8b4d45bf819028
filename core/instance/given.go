package instance

import (
	"github.com/hashicorp/hcl/v2"
)

// given is an argument about the network as the user gave it; ok is false when
// there is none.
type given[T any] struct {
	name  string // with the block: network_interface[1].subnet_id
	at    hcl.Range
	value T
	ok    bool
}

// argument is a given of any type.
type argument interface {
	where() (name string, at hcl.Range)
	// forget makes the argument one that is not given.
	forget()
}

func (g *given[T]) where() (string, hcl.Range) { return g.name, g.at }

func (g *given[T]) forget() {
	var none T
	g.value, g.ok = none, false
}

// lineOf is where the user looks for an argument.
func lineOf(a argument) int {
	_, at := a.where()
	return at.Start.Line
}

// read is take for an argument that is parsed, in the block that scope names
// ("network_interface[1].", or nothing for the instance block). parse returns
// what is wrong with a value in sentences for the user.
func read[R, V any](b *builder, scope, name string, raw *R, at hcl.Range, parse func(R) (V, string)) given[V] {
	g := given[V]{name: scope + name, at: at}
	if b.failed(at) { // gohcl leaves a zero behind, which is nobody's value
		b.drop(g.name)
		return g
	}
	if raw == nil {
		return g
	}
	value, detail := parse(*raw)
	if detail != "" {
		b.refuse(g.name, at, "Invalid "+name, detail)
		return g
	}
	b.ranges[g.name] = at
	g.value, g.ok = value, true
	return g
}

// checked makes a parser of a check.
func checked[T any](check func(T) string) func(T) (T, string) {
	return func(raw T) (T, string) { return raw, check(raw) }
}

// eachOf makes a parser of a list out of one of its elements.
func eachOf[V any](parse func(string) (V, string)) func([]string) ([]V, string) {
	return func(raw []string) ([]V, string) {
		values := make([]V, len(raw))
		for i, element := range raw {
			value, detail := parse(element)
			if detail != "" {
				return nil, detail
			}
			values[i] = value
		}
		return values, ""
	}
}

// some is list for lists of which an empty one says nothing.
func some(raw []string) *[]string {
	if len(raw) == 0 {
		return nil
	}
	return &raw
}
