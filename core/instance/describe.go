package instance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// profileShape is that of the IAM API: letters, digits and _+=,.@-
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
var profileShape = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)

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
