package instance

import (
	"fmt"
	"maps"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// profileShape is that of the IAM API: letters, digits and _+=,.@-
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
var profileShape = lazyregexp.New(`^[\w+=,.@-]{1,128}$`)

// describe settles the instance profile and the tags.
func (b *builder) describe(a *arguments) {
	b.facts.IAMInstanceProfile, _ = take(b, "iam_instance_profile", a.Profile, a.ProfileAt, checkProfile)
	b.facts.Tags = map[string]string{}
	var given *map[string]string
	if a.Tags != nil {
		given = &a.Tags
	}
	if tags, ok := take(b, "tags", given, a.TagsAt, checkTags); ok {
		maps.Copy(b.facts.Tags, tags)
		b.facts.TagKeys = a.TagKeys
	}
}

func checkProfile(given string) string {
	if given == "" {
		return "The name is empty. Leave iam_instance_profile out when there is none."
	}
	if profileShape.MatchString(given) {
		return ""
	}
	if arn, name, ok := strings.Cut(given, ":instance-profile/"); ok && strings.HasPrefix(arn, "arn:") {
		return fmt.Sprintf("%q is an ARN; the name alone is wanted: %q.", given, name[strings.LastIndexByte(name, '/')+1:])
	}
	return fmt.Sprintf("%q is not the name of an instance profile: it has 1 to 128 letters, digits and the characters _+=,.@- only.",
		given)
}
