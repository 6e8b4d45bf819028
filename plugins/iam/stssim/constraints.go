package stssim

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// The shape of a role's ARN: a path may stand before the name. Besides those
// that an account can have, the instance identity role is known, which EC2
// assumes for each instance.
//
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns.
var roleARN = lazyregexp.New(`^arn:aws[a-z-]*:iam::\d{12}:role/(?:(?:[\x21-\x7e]*/)?[\w+=,.@-]{1,64}|aws:ec2-instance)$`)

var (
	namePattern     = lazyregexp.New(`^[\w+=,.@-]*$`)
	externalPattern = lazyregexp.New(`^[\w+=,.@:/-]*$`)
	serialPattern   = lazyregexp.New(`^[\w+=/:,.@-]*$`)
	accountPattern  = lazyregexp.New(`^\d{12}$`)
	digitPattern    = lazyregexp.New(`^\d*$`)
	keyPattern      = lazyregexp.New(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`)
	valuePattern    = lazyregexp.New(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	memberPattern   = lazyregexp.New(`^(PolicyArns|Tags|TransitiveTagKeys|ProvidedContexts)\.member\.([1-9]\d{0,3})(\.|$)`)
)

// constraint is what the service model says of one string parameter.
type constraint struct {
	parameter string
	required  bool
	min, max  int // length; max 0 is unlimited
	pattern   *lazyregexp.Regexp
	secret    bool // the value is not repeated to the client
}

// assumeRoleConstraints are those of AssumeRole in the service model of STS
// 2011-06-15.
func assumeRoleConstraints() []constraint {
	return []constraint{
		{parameter: "RoleArn", required: true, min: 20, max: 2048},
		{parameter: "RoleSessionName", required: true, min: 2, max: 64, pattern: namePattern},
		{parameter: "ExternalId", min: 2, max: 1224, pattern: externalPattern},
		{parameter: "Policy", min: 1},
		{parameter: "SourceIdentity", min: 2, max: 64, pattern: namePattern},
		{parameter: "SerialNumber", min: 9, max: 256, pattern: serialPattern},
		{parameter: "TokenCode", min: 6, max: 6, pattern: digitPattern, secret: true},
	}
}

// webIdentityConstraints are those of AssumeRoleWithWebIdentity.
func webIdentityConstraints() []constraint {
	return []constraint{
		{parameter: "RoleArn", required: true, min: 20, max: 2048},
		{parameter: "RoleSessionName", required: true, min: 2, max: 64, pattern: namePattern},
		{parameter: "WebIdentityToken", required: true, min: 4, max: 20000, secret: true},
		{parameter: "ProviderId", min: 4, max: 2048},
		{parameter: "Policy", min: 1, max: 2048},
	}
}

func checkAssumeRole(form url.Values) *apiError {
	wrong := checkStrings(form, assumeRoleConstraints())
	wrong = append(wrong, checkNumbers(form)...)
	return validationError(append(wrong, checkLists(form, "PolicyArns", "Tags", "TransitiveTagKeys", "ProvidedContexts")...))
}

func checkWebIdentity(form url.Values) *apiError {
	wrong := checkStrings(form, webIdentityConstraints())
	wrong = append(wrong, checkNumbers(form)...)
	return validationError(append(wrong, checkLists(form, "PolicyArns")...))
}

func checkStrings(form url.Values, constraints []constraint) []string {
	var wrong []string
	for _, c := range constraints {
		value := form.Get(c.parameter)
		if !form.Has(c.parameter) {
			if c.required {
				wrong = append(wrong, isNull(lowerFirst(c.parameter)))
			}
			continue
		}
		wrong = append(wrong, c.check(value)...)
	}
	return wrong
}

// validationError reports all that is wrong in one sentence, as the service
// does.
func validationError(wrong []string) *apiError {
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
	shown := fmt.Sprintf(" '%s'", value)
	if c.secret {
		shown = ""
	}
	var wrong []string
	must := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: Member must ", shown, name)+fmt.Sprintf(format, args...))
	}
	if length < c.min {
		must("have length greater than or equal to %d", c.min)
	}
	if c.max > 0 && length > c.max {
		must("have length less than or equal to %d", c.max)
	}
	if c.pattern != nil && !c.pattern.MatchString(value) {
		must("satisfy regular expression pattern: %s", strings.Trim(c.pattern.String(), "^$"))
	}
	return wrong
}

// checkNumbers checks the parameters that are whole numbers.
func checkNumbers(form url.Values) []string {
	wrong := checkNumber(form, "DurationSeconds", 900, 43200)
	return append(wrong, checkNumber(form, "MinimumSessionTokenSize", 0, maxToken)...)
}

func checkNumber(form url.Values, parameter string, least, most int) []string {
	if !form.Has(parameter) {
		return nil
	}
	text, name := form.Get(parameter), lowerFirst(parameter)
	number, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return []string{violation(text, name, "be a number")}
	case number < least:
		return []string{violation(text, name, "have value greater than or equal to %d", least)}
	case number > most:
		return []string{violation(text, name, "have value less than or equal to %d", most)}
	}
	return nil
}

func violation(value, name, format string, args ...any) string {
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must ", value, name) + fmt.Sprintf(format, args...)
}

func isNull(name string) string {
	return fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", name)
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
