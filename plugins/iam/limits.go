package iam

import (
	"time"
	"unicode/utf8"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// The limits of the service model of STS 2011-06-15, and those of IAM for the
// name of a role.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
const (
	minDuration   = 15 * time.Minute
	maxDuration   = 12 * time.Hour
	maxARN        = 2048
	maxPolicyARNs = 10
	maxTags       = 50
	// maxPolicy is what session policies, in plain text, and the ARNs of
	// managed ones may have together. STS packs them and refuses some that are
	// shorter.
	maxPolicy = 2048
	// maxWebToken bounds the token of a web identity, and minWebToken the
	// other way.
	minWebToken, maxWebToken = 4, 20000
)

var (
	roleNamePattern    = lazyregexp.New(`^[\w+=,.@-]{1,64}$`)
	roleARNPattern     = lazyregexp.New(`^arn:(aws[a-z-]*):iam::(\d{12}):role/(?:[\x21-\x7e]*/)?[\w+=,.@-]{1,64}$`)
	policyARNPattern   = lazyregexp.New(`^arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy/[\x21-\x7e]+$`)
	sessionNamePattern = lazyregexp.New(`^[\w+=,.@-]{2,64}$`)
	externalIDPattern  = lazyregexp.New(`^[\w+=,.@:/-]*$`)
	tagPattern         = lazyregexp.New(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	serialPattern      = lazyregexp.New(`^[\w+=/:,.@-]{9,256}$`)
	codePattern        = lazyregexp.New(`^\d{6}$`)
)

// problem is what is wrong with a value, as a sentence; empty when nothing is.
type problem string

func sessionNameProblem(text string) problem {
	if !sessionNamePattern.MatchString(text) {
		return "A session name has 2 to 64 letters, digits and characters of _+=,.@-."
	}
	return ""
}

func sourceIdentityProblem(text string) problem {
	if !sessionNamePattern.MatchString(text) {
		return "A source identity has 2 to 64 letters, digits and characters of _+=,.@-."
	}
	return ""
}

func externalIDProblem(text string) problem {
	if n := utf8.RuneCountInString(text); n < 2 || n > 1224 || !externalIDPattern.MatchString(text) {
		return "An external id has 2 to 1224 letters, digits and characters of _+=,.@:/-."
	}
	return ""
}

func tagKeyProblem(text string) problem {
	if n := utf8.RuneCountInString(text); n < 1 || n > 128 || !tagPattern.MatchString(text) {
		return "The key of a session tag has 1 to 128 letters, digits, spaces and characters of _.:/=+-@."
	}
	return ""
}

func tagValueProblem(text string) problem {
	if n := utf8.RuneCountInString(text); n > 256 || !tagPattern.MatchString(text) {
		return "The value of a session tag has at most 256 letters, digits, spaces and characters of _.:/=+-@."
	}
	return ""
}

func serialProblem(text string) problem {
	if !serialPattern.MatchString(text) {
		return "The serial number of an MFA device has 9 to 256 characters, such as arn:aws:iam::123456789012:mfa/me."
	}
	return ""
}
