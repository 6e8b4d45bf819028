package stssim_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// tagged is a request with tags, given as keys and values, and transitive
// keys.
func tagged(transitive []string, pairs ...string) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me"), TransitiveTagKeys: transitive}
	for pair := range slices.Chunk(pairs, 2) {
		in.Tags = append(in.Tags, types.Tag{Key: new(pair[0]), Value: new(pair[1])})
	}
	return in
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for _, tt := range []struct {
		name       string
		in         *sts.AssumeRoleInput
		code, text string
	}{
		{"one", tagged(nil, "team", "blue"), "", ""},
		{"empty value, other scripts", tagged([]string{"équipe 1"}, "équipe 1", ""), "", ""},
		{"transitive in another case", tagged([]string{"TEAM"}, "team", "blue"), "", ""},
		{"twice", tagged(nil, "team", "blue", "team", "blue"), "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"twice in another case", tagged(nil, "team", "blue", "Team", "red"), "InvalidParameterValue", "Duplicate tag keys found."},
		{"transitive only", tagged([]string{"team"}), "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		{"another transitive", tagged([]string{"stage"}, "team", "blue"), "InvalidParameterValue", "must be included"},
		{"reserved", tagged(nil, "AWS:team", "blue"), "InvalidParameterValue", "Tag keys that start with 'aws:' are reserved for internal use."},
		{"characters", tagged(nil, "team", "<blue>"), "ValidationError", "tags.1.member.value"},
		{"too much", tagged(nil, "a", strings.Repeat("x", 256), "b", strings.Repeat("x", 256), "c", strings.Repeat("x", 256), "d", strings.Repeat("x", 256),
			"e", strings.Repeat("x", 256), "f", strings.Repeat("x", 256), "g", strings.Repeat("x", 256), "h", strings.Repeat("x", 256)), "PackedPolicyTooLarge", "101%"},
	} {
		_, err := w.assumeWith(w.bootstrap(), tt.in)
		if tt.code == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		wantErrorOf(t, tt.name, err, tt.code, tt.text)
	}
}

func TestTransitiveTagsStick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	first, err := w.assumeWith(w.bootstrap(), tagged([]string{"team"}, "Team", "blue", "stage", "test"))
	if err != nil {
		t.Fatal(err)
	}
	if call := w.last(); !maps.Equal(call.Tags, map[string]string{"Team": "blue", "stage": "test"}) || !slices.Equal(call.TransitiveTagKeys, []string{"team"}) {
		t.Errorf("call = %+v", call)
	}
	const conflict = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
	for name, in := range map[string]*sts.AssumeRoleInput{
		"changed":            tagged(nil, "team", "red"),
		"repeated":           tagged(nil, "Team", "blue"),
		"made transitive":    tagged([]string{"Team"}),
		"among others":       tagged(nil, "stage", "live", "TEAM", "red"),
		"with its own, both": tagged([]string{"stage", "team"}, "stage", "live"),
	} {
		_, err := w.assumeWith(first, in)
		wantErrorOf(t, name, err, "InvalidParameterValue", conflict)
	}
	second, err := w.assumeWith(first, tagged([]string{"stage"}, "stage", "live"))
	if err != nil {
		t.Fatalf("a tag that was not transitive is gone, and may be set again: %v", err)
	}
	third, err := w.assume(second, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"team", "stage"} { // both have come a long way
		_, err = w.assumeWith(third, tagged(nil, key, "x"))
		wantError(t, err, "InvalidParameterValue", conflict)
	}
	q := w.raw()
	q.creds = third
	q.form = url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {role}, "RoleSessionName": {"me"}}
	if _, body := w.send(q); !strings.Contains(body, "<PackedPolicySize>1</PackedPolicySize>") {
		t.Errorf("inherited tags take no space:\n%s", body)
	}
	if _, err := newWorld(t, 1, 0).assumeWith(third, tagged(nil, "team", "x")); err == nil {
		t.Error("another server with the key has lost the tags")
	}
}
