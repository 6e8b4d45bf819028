package iam

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bootstrapErrors are all texts that a refused body can get. None of them has a
// place for anything of the body.
var bootstrapErrors = regexp.MustCompile(`^(the body is empty; it must be a JSON object( with AccessKeyId, SecretAccessKey and, if there is one, Token)?` +
	`|the body is not valid JSON|the body must be a JSON object|there is something after the JSON object` +
	`|there is an unknown key; the keys are AccessKeyId, SecretAccessKey and Token, spelled exactly so` +
	`|(AccessKeyId|SecretAccessKey|Token) (is there twice|must be a string|is missing|is empty|is longer than (1024|8192) characters` +
	`|has a character that credentials do not have, such as a space or a line break)|AccessKeyId must be 1 to 128 letters and digits)$`)

// members counts the keys of a valid JSON object whose values are texts: half
// of its texts.
func members(body string) int {
	texts, inside := 0, false
	for i := 0; i < len(body); i++ {
		switch {
		case inside && body[i] == '\\':
			i++
		case body[i] == '"':
			if inside = !inside; inside {
				texts++
			}
		}
	}
	return texts / 2
}

// wantKeys is what parseBootstrap must return, by encoding/json alone.
func wantKeys(body string) (id, secret, token string, ok bool) {
	var values map[string]any
	if json.Unmarshal([]byte(body), &values) != nil || values == nil {
		return "", "", "", false
	}
	texts := map[string]string{}
	for key, value := range values {
		text, isText := value.(string)
		if !isText || !slices.Contains([]string{"AccessKeyId", "SecretAccessKey", "Token"}, key) {
			return "", "", "", false
		}
		texts[key] = text
	}
	id, secret, token = texts["AccessKeyId"], texts["SecretAccessKey"], texts["Token"]
	visible := func(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r < '!' || r > '~' }) < 0 }
	return id, secret, token, members(body) == len(texts) &&
		regexp.MustCompile(`^[0-9A-Za-z_]{1,128}$`).MatchString(id) &&
		secret != "" && len(secret) <= 1024 && len(token) <= 8192 && visible(secret) && visible(token)
}

// FuzzBootstrapBody compares what POST /bootstrap/creds takes with what
// encoding/json makes of the body, and sees that no refusal repeats any of it.
func FuzzBootstrapBody(f *testing.F) {
	for _, seed := range []string{
		goodBody, "", " \n", "{}", "[]", "null", `"s"`, "{", `{"`, `{"AccessKeyId"`, `{"AccessKeyId":`, `{"AccessKeyId":"A",}`, `{,}`, `{"a" "b"}`, `{1:2}`, "\xef\xbb\xbf{}",
		`{"AccessKeyId":"AKIA","SecretAccessKey":"s/+=","Token":"t"}`, ` { "SecretAccessKey" : "s" , "AccessKeyId" : "A" } ` + "\r\n\t",
		`{"Access\u004beyId":"\u0041","SecretAccessKey":"\/"}`, `{"AccessKeyId":"A","SecretAccessKey":"s","Token":""}`,
		`{"AccessKeyId":"A","SecretAccessKey":"s","AccessKeyId":"B"}`, `{"Token":"A","\u0054oken":"B"}`, `{"AccessKeyId":"A","SecretAccessKey":"s","token":"x"}`,
		`{"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"}`, `{"AccessKeyId":"A","SecretAccessKey":"s","Token":null}`, `{"AccessKeyId":1,"SecretAccessKey":"s"}`,
		`{"AccessKeyId":{"x":"y"},"SecretAccessKey":["s"]}`, `{"AccessKeyId":"A","SecretAccessKey":"s"}{}`, `{"AccessKeyId":"A","SecretAccessKey":"s"} x`, `{"AccessKeyId":"A","SecretAccessKey":"s"}]`,
		`{"AccessKeyId":"A\n","SecretAccessKey":"s"}`, `{"AccessKeyId":"A","SecretAccessKey":"\ud800"}`, `{"AccessKeyId":"A","SecretAccessKey":"` + "\xff" + `"}`, `{"AccessKeyId":"A","SecretAccessKey":"a` + "\n" + `b"}`,
		`{"AccessKeyId":"A","SecretAccessKey":"` + strings.Repeat("s", 1025) + `"}`, `{"AccessKeyId":"A","SecretAccessKey":"s","Token":` + strings.Repeat("[", 20000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		id, secret, token, ok := wantKeys(body)
		k, err := parseBootstrap([]byte(body))
		switch {
		case (err == nil) != ok:
			t.Errorf("%q: error %v, want one: %t", body, err, !ok)
		case err == nil && (k.accessKeyID != id || k.secret.reveal() != secret || k.token.reveal() != token):
			t.Errorf("%q is read as %q, %q, %q", body, k.accessKeyID, k.secret.reveal(), k.token.reveal())
		case err != nil && !bootstrapErrors.MatchString(err.Error()):
			t.Errorf("%q: the error is none of those that say nothing of the body: %v", body, err)
		}
	})
}
