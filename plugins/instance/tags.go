package instance

import (
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// tagKeyPattern is what EC2 demands of tag keys while tags can be read here;
// it refuses the names ".", ".." and "_index" besides. The core refuses such
// keys too, so what is left out below does not get here.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
var tagKeyPattern = lazyregexp.New(`^[0-9a-zA-Z_+=,.@:-]{1,255}$`)

// tags adds the tags when they are switched on. They are listed in the order
// in which the user wrote them. A value may be empty: it is the one kind of
// path that is there without one. No tag at all leaves no directory behind, as
// with all that an instance does not have.
func (b builder) tags(in *sdk.Instance) {
	const dir = "meta-data/tags/instance"
	if in.MetadataOptions.InstanceMetadataTags != "enabled" {
		return
	}
	var order []string
	for _, key := range in.TagKeys {
		value, ok := in.Tags[key]
		if !ok || !isTagName(key) {
			continue
		}
		order = append(order, key)
		b[dir+"/"+key] = sdk.Leaf{Body: []byte(value), Since: sinceTags}
	}
	if len(order) > 0 {
		b[dir] = sdk.Dir{Order: order, Since: sinceTags}
	}
}

func isTagName(key string) bool {
	return tagKeyPattern.MatchString(key) && key != "." && key != ".." && key != "_index"
}
