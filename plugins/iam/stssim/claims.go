package stssim

import (
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// The claims by which a provider sets tags and a source identity, in the
// nested and in the flat form.
//
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html.
const (
	claimTags           = "https://aws.amazon.com/tags"
	claimPrincipalTags  = "principal_tags"
	claimTransitiveKeys = "transitive_tag_keys"
	claimSourceIdentity = "https://aws.amazon.com/source_identity"
)

// readTags reads what the token sets for the session, and returns false when
// it cannot be understood.
func (w *webIdentity) readTags(claims jwt.MapClaims) bool {
	if v, ok := claims[claimSourceIdentity]; ok {
		if w.sourceIdentity, ok = v.(string); !ok {
			return false
		}
	}
	tags, transitive := map[string]any{}, claims[claimTags+"/"+claimTransitiveKeys]
	if v, ok := claims[claimTags]; ok {
		nested, ok := v.(map[string]any)
		if !ok {
			return false
		}
		if v, ok := nested[claimPrincipalTags]; ok {
			if tags, ok = v.(map[string]any); !ok {
				return false
			}
		}
		if v, ok := nested[claimTransitiveKeys]; ok {
			transitive = v
		}
	}
	for name, v := range claims {
		if key, ok := strings.CutPrefix(name, claimTags+"/"+claimPrincipalTags+"/"); ok {
			tags[key] = v
		}
	}
	for key, v := range tags {
		values, ok := texts(v)
		if !ok || len(values) != 1 {
			return false
		}
		w.tags = append(w.tags, sessionTag{Key: key, Value: values[0]})
	}
	sortTags(w.tags)
	var ok bool
	w.transitive, ok = texts(transitive)
	return ok
}

// texts returns a string or a list of strings as a list.
func texts(v any) ([]string, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case string:
		return []string{v}, true
	case []any:
		var out []string
		for _, e := range v {
			text, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, text)
		}
		return out, true
	}
	return nil, false
}

// checkClaims checks the limits of what the token sets for the session: those
// that AssumeRole has for the same.
func (w *webIdentity) checkClaims() *apiError {
	var wrong []string
	if w.sourceIdentity != "" {
		wrong = append(wrong, constraint{parameter: "sourceIdentity", min: 2, max: 64, pattern: namePattern}.check(w.sourceIdentity)...)
	}
	for _, t := range w.tags {
		wrong = append(wrong, constraint{parameter: "tags.member.key", min: 1, max: 128, pattern: keyPattern}.check(t.Key)...)
		wrong = append(wrong, constraint{parameter: "tags.member.value", max: 256, pattern: valuePattern}.check(t.Value)...)
	}
	if len(w.tags) > longest()["Tags"] {
		wrong = append(wrong, tooMany("Tags"))
	}
	if len(w.transitive) > longest()["TransitiveTagKeys"] {
		wrong = append(wrong, tooMany("TransitiveTagKeys"))
	}
	return validationError(wrong)
}
