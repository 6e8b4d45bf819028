package instance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// tagPathShape is a key that can be a segment of a path. EC2 refuses others,
// and the names below, when tags are served.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
var tagPathShape = lazyregexp.New(`^[0-9a-zA-Z\-_+=,.@:]{1,255}$`)

// readTags decodes the tags and the order of their keys.
func (a *arguments) readTags(ctx *hcl.EvalContext) hcl.Diagnostics {
	if a.TagsAt == (hcl.Range{}) {
		return nil
	}
	diags := gohcl.DecodeExpression(a.TagsFrom, ctx, &a.Tags)
	if !diags.HasErrors() && len(a.Tags) > 0 {
		var twice hcl.Diagnostics
		a.TagKeys, twice = writtenOrder(a.TagsFrom, ctx, a.Tags)
		diags = append(diags, twice...)
	}
	return diags
}

// writtenOrder returns the keys of tags in the order in which an object
// expression has them, and sorted when something else made them: then there is
// no other order. A key that stands there twice is an error; HCL would take the
// last value without a word.
func writtenOrder(expr hcl.Expression, ctx *hcl.EvalContext, tags map[string]string) ([]string, hcl.Diagnostics) {
	if inner, ok := expr.(*hclsyntax.ParenthesesExpr); ok {
		return writtenOrder(inner.Expression, ctx, tags)
	}
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return slices.Sorted(maps.Keys(tags)), nil
	}
	var twice hcl.Diagnostics
	first := map[string]hcl.Range{}
	keys := make([]string, 0, len(tags))
	for _, pair := range pairs {
		value, diags := pair.Key.Value(ctx)
		key, err := convert.Convert(value, cty.String)
		if diags.HasErrors() || err != nil || key.IsNull() || !key.IsKnown() {
			continue // decoding has told it
		}
		plain, _ := key.Unmark()
		name, at := plain.AsString(), pair.Key.Range()
		if before, seen := first[name]; seen {
			twice = append(twice, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "One tag twice",
				Detail: fmt.Sprintf("The key %q is given at line %d already, and an instance has one value for each key. Leave one of them out.",
					name, before.Start.Line),
				Subject: &at,
			})
			continue
		}
		first[name] = at
		keys = append(keys, name)
	}
	return keys, twice
}

// publishTags holds the keys of the tags against what a path can have, when
// the tags are to be served.
func (b *builder) publishTags(a *arguments) {
	if b.facts.MetadataOptions.InstanceMetadataTags != enabled {
		return
	}
	for _, key := range b.facts.TagKeys {
		if tagPathShape.MatchString(key) && key != "." && key != ".." && key != "_index" {
			continue
		}
		b.refuse("tags", a.TagsAt, "Tag that cannot be a path", fmt.Sprintf(
			"With instance_metadata_tags = \"enabled\" each key is a path, so it has 1 to 255 letters, digits and the characters "+
				"-_+=,.@: only and is not \".\", \"..\" or \"_index\". Rename the key %q, or leave instance_metadata_tags out.", key))
		b.facts.Tags, b.facts.TagKeys = map[string]string{}, nil
		return
	}
}

// checkTags holds tags against the limits of EC2.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
func checkTags(given map[string]string) string {
	const most, longestKey, longestValue = 50, 128, 256
	own := 0 // those that AWS itself sets do not count
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !strings.HasPrefix(key, "aws:") {
			own++
		}
		switch n, v := utf8.RuneCountInString(key), utf8.RuneCountInString(given[key]); {
		case n == 0:
			return "A tag has an empty key."
		case n > longestKey:
			return fmt.Sprintf("The key %q has %d characters; %d are allowed.", key, n, longestKey)
		case v > longestValue:
			return fmt.Sprintf("The value of %q has %d characters; %d are allowed.", key, v, longestValue)
		}
	}
	if own > most {
		return fmt.Sprintf("There are %d tags; an instance has %d at most.", own, most)
	}
	return ""
}
