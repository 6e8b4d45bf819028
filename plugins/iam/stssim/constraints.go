package stssim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The shape of a role's ARN: a path may stand before the name. Besides those
// that an account can have, the instance identity role is known, which EC2
// assumes for each instance.
//
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns.
var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/(?:(?:[\x21-\x7e]*/)?[\w+=,.@-]{1,64}|aws:ec2-instance)$`)

var (
	namePattern     = regexp.MustCompile(`^[\w+=,.@-]*$`)
	externalPattern = regexp.MustCompile(`^[\w+=,.@:/-]*$`)
	serialPattern   = regexp.MustCompile(`^[\w+=/:,.@-]*$`)
	digitPattern    = regexp.MustCompile(`^\d*$`)
	memberPattern   = regexp.MustCompile(`^(PolicyArns|Tags|TransitiveTagKeys|ProvidedContexts)\.member\.([1-9]\d{0,3})(\.|$)`)
)

// constraint is what the service model says of one string parameter.
type constraint struct {
	parameter string
	required  bool
	min, max  int // length; max 0 is unlimited
	pattern   *regexp.Regexp
}

// constraints are those of AssumeRole in the service model of STS 2011-06-15.
func constraints() []constraint {
	return []constraint{
		{parameter: "RoleArn", required: true, min: 20, max: 2048},
		{parameter: "RoleSessionName", required: true, min: 2, max: 64, pattern: namePattern},
		{parameter: "ExternalId", min: 2, max: 1224, pattern: externalPattern},
		{parameter: "Policy", min: 1},
		{parameter: "SourceIdentity", min: 2, max: 64, pattern: namePattern},
		{parameter: "SerialNumber", min: 9, max: 256, pattern: serialPattern},
		{parameter: "TokenCode", min: 6, max: 6, pattern: digitPattern},
	}
}

// checkAssumeRole checks every parameter and reports all that is wrong in one
// sentence, as the service does.
func checkAssumeRole(form url.Values) *apiError {
	var wrong []string
	for _, c := range constraints() {
		value := form.Get(c.parameter)
		if !form.Has(c.parameter) {
			if c.required {
				wrong = append(wrong, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", lowerFirst(c.parameter)))
			}
			continue
		}
		wrong = append(wrong, c.check(value)...)
	}
	wrong = append(wrong, checkDuration(form)...)
	wrong = append(wrong, checkLists(form)...)
	if len(wrong) == 0 {
		return nil
	}
	noun := "validation error"
	if len(wrong) > 1 {
		noun += "s"
	}
	return errorf(http.StatusBadRequest, "ValidationError", "%d %s detected: %s", len(wrong), noun, strings.Join(wrong, "; "))
}

func (c constraint) check(value string) []string {
	name, length := lowerFirst(c.parameter), utf8.RuneCountInString(value)
	var wrong []string
	if length < c.min {
		wrong = append(wrong, violation(value, name, "have length greater than or equal to %d", c.min))
	}
	if c.max > 0 && length > c.max {
		wrong = append(wrong, violation(value, name, "have length less than or equal to %d", c.max))
	}
	if c.pattern != nil && !c.pattern.MatchString(value) {
		shown := strings.Trim(c.pattern.String(), "^$")
		wrong = append(wrong, violation(value, name, "satisfy regular expression pattern: %s", shown))
	}
	return wrong
}

func checkDuration(form url.Values) []string {
	if !form.Has("DurationSeconds") {
		return nil
	}
	text := form.Get("DurationSeconds")
	seconds, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return []string{violation(text, "durationSeconds", "be a number")}
	case seconds < 900:
		return []string{violation(text, "durationSeconds", "have value greater than or equal to 900")}
	case seconds > 43200:
		return []string{violation(text, "durationSeconds", "have value less than or equal to 43200")}
	}
	return nil
}

// checkLists checks the numbers of members and the lengths of tags.
func checkLists(form url.Values) []string {
	largest := map[string]int{}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		m := memberPattern.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		number, _ := strconv.Atoi(m[2]) // digits by the pattern
		largest[m[1]] = max(largest[m[1]], number)
		at := fmt.Sprintf("%s.%d.member", m[1], number)
		switch {
		case m[1] == "Tags" && strings.HasSuffix(name, ".Key"):
			wrong = append(wrong, constraint{parameter: at + ".key", min: 1, max: 128}.check(form.Get(name))...)
		case m[1] == "Tags" && strings.HasSuffix(name, ".Value"):
			wrong = append(wrong, constraint{parameter: at + ".value", max: 256}.check(form.Get(name))...)
		case m[1] == "TransitiveTagKeys":
			wrong = append(wrong, constraint{parameter: at, min: 1, max: 128}.check(form.Get(name))...)
		}
	}
	for _, list := range []struct {
		name string
		most int
	}{{"PolicyArns", 10}, {"Tags", 50}, {"TransitiveTagKeys", 50}, {"ProvidedContexts", 5}} {
		if largest[list.name] > list.most {
			wrong = append(wrong, fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d",
				lowerFirst(list.name), list.most))
		}
	}
	return wrong
}

// packedPolicySize is how many percent of the space for session policies and
// tags are used; 0 when there are none. How AWS packs them is not public, so
// this counts their plain size against the 2048 characters of the API's
// description.
func packedPolicySize(form url.Values) (int, *apiError) {
	const space = 2048
	policy := form.Get("Policy")
	if policy != "" && !json.Valid([]byte(policy)) {
		return 0, errorf(http.StatusBadRequest, "MalformedPolicyDocument", "This policy contains invalid Json")
	}
	size := len(policy)
	for name := range form {
		if memberPattern.MatchString(name) {
			size += len(form.Get(name))
		}
	}
	percent := (size*100 + space - 1) / space
	if percent > 100 {
		return 0, errorf(http.StatusBadRequest, "PackedPolicyTooLarge", "PackedPolicySize consumes %d%% of the allotted space.", percent)
	}
	return percent, nil
}

func violation(value, name, format string, args ...any) string {
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must ", value, name) + fmt.Sprintf(format, args...)
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
