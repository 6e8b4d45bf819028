package stssim

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sessionTag is a tag of a session. The keys of a session's tags differ in
// more than case.
type sessionTag struct {
	Key        string `json:"k"`
	Value      string `json:"v,omitempty"`
	Transitive bool   `json:"t,omitempty"` // passed on to what is assumed from the session
}

func (t sessionTag) size() int { return len(t.Key) + len(t.Value) }

// members returns one field of a list's members, in the order of their
// numbers.
func members(form url.Values, list, field string) []string {
	byNumber := numbered(form, list, field)
	var out []string
	for _, n := range slices.Sorted(maps.Keys(byNumber)) {
		out = append(out, byNumber[n])
	}
	return out
}

func numbered(form url.Values, list, field string) map[int]string {
	out := map[int]string{}
	for name := range form {
		m := memberPattern.FindStringSubmatch(name)
		if m != nil && m[1] == list && name == list+".member."+m[2]+field {
			n, _ := strconv.Atoi(m[2]) // digits by the pattern
			out[n] = form.Get(name)
		}
	}
	return out
}

// readTags reads the parameter Tags.
func readTags(form url.Values) []sessionTag {
	keys, values := numbered(form, "Tags", ".Key"), numbered(form, "Tags", ".Value")
	var tags []sessionTag
	for _, n := range slices.Sorted(maps.Keys(keys)) {
		tags = append(tags, sessionTag{Key: keys[n], Value: values[n]})
	}
	return tags
}

// mergeTags returns the tags of a new session: those that it inherits from the
// caller's, then its own. Transitive ones stick: no later session changes
// them.
//
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html.
func mergeTags(callers, own []sessionTag, transitive []string) ([]sessionTag, *apiError) {
	var merged []sessionTag
	for _, t := range callers {
		if t.Transitive {
			merged = append(merged, t)
		}
	}
	inherited := len(merged)
	for _, t := range own {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, invalidParameter("Tag keys that start with 'aws:' are reserved for internal use.")
		}
		switch i := indexTag(merged, t.Key); {
		case i >= inherited:
			return nil, invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case i >= 0:
			return nil, conflictingTag()
		}
		merged = append(merged, t)
	}
	for _, key := range transitive {
		switch i := indexTag(merged, key); {
		case i < 0:
			return nil, invalidParameter("The specified transitive tag key must be included in the requested tags.")
		case i < inherited:
			return nil, conflictingTag()
		default:
			merged[i].Transitive = true
		}
	}
	return merged, nil
}

func conflictingTag() *apiError {
	return invalidParameter("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
}

func indexTag(tags []sessionTag, key string) int {
	return slices.IndexFunc(tags, func(t sessionTag) bool { return strings.EqualFold(t.Key, key) })
}

func invalidParameter(format string, args ...any) *apiError {
	return errorf(http.StatusBadRequest, "InvalidParameterValue", format, args...)
}

// sortTags orders tags that come from a map.
func sortTags(tags []sessionTag) {
	slices.SortFunc(tags, func(a, b sessionTag) int { return cmp.Compare(a.Key, b.Key) })
}
