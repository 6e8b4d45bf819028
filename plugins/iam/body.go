package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// The keys of the bodies of actions; those of credentials are in the spelling
// of the credential document.
const (
	fieldID     = "AccessKeyId"
	fieldSecret = "SecretAccessKey"
	fieldToken  = "Token"
	fieldRole   = "Role"
	fieldCode   = "Code"
)

// How long the values may be: the access key id by the service model of STS,
// the others far above what AWS issues and short enough for the checkpoint.
const (
	maxSecret = 1024
	maxToken  = 8 << 10
)

// parseBootstrap reads the body of the bootstrap action.
func parseBootstrap(body []byte) (keys, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return keys{}, sdk.Invalid("the body is empty; it must be a JSON object with %s, %s and, if there is one, %s", fieldID, fieldSecret, fieldToken)
	}
	values, err := readObject(body, []string{fieldID, fieldSecret, fieldToken})
	if err != nil {
		return keys{}, err
	}
	return checkBootstrap(values)
}

// readObject reads a JSON object of texts with some of the keys. encoding/json
// alone would take keys in any case and the last of two, so the tokens are
// read one by one. Nothing of the body is repeated in an error.
func readObject(body []byte, allowed []string) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	start, err := d.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, sdk.Invalid("the body is empty; it must be a JSON object")
	case err != nil:
		return nil, notJSON()
	case start != json.Delim('{'):
		return nil, sdk.Invalid("the body must be a JSON object")
	}
	values := map[string]string{}
	for d.More() {
		if err := readMember(d, allowed, values); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, notJSON()
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, sdk.Invalid("there is something after the JSON object")
	}
	return values, nil
}

func notJSON() error { return sdk.Invalid("the body is not valid JSON") }

// readMember reads one key and its value.
func readMember(d *json.Decoder, allowed []string, values map[string]string) error {
	token, err := d.Token()
	if err != nil {
		return notJSON()
	}
	name, _ := token.(string) // the decoder lets nothing else stand here
	if !slices.Contains(allowed, name) {
		return unknownKey(allowed)
	}
	if _, twice := values[name]; twice {
		return sdk.Invalid("%s is there twice", name)
	}
	token, err = d.Token()
	if err != nil {
		return notJSON()
	}
	value, ok := token.(string)
	if !ok {
		return sdk.Invalid("%s must be a string", name)
	}
	values[name] = value
	return nil
}

func unknownKey(allowed []string) error {
	switch n := len(allowed); n {
	case 0:
		return sdk.Invalid("there is an unknown key; the object must be empty")
	case 1:
		return sdk.Invalid("there is an unknown key; the only key is %s, spelled exactly so", allowed[0])
	default:
		return sdk.Invalid("there is an unknown key; the keys are %s and %s, spelled exactly so", strings.Join(allowed[:n-1], ", "), allowed[n-1])
	}
}

func checkBootstrap(values map[string]string) (keys, error) {
	for _, name := range []string{fieldID, fieldSecret} {
		value, ok := values[name]
		if !ok {
			return keys{}, sdk.Invalid("%s is missing", name)
		}
		if value == "" {
			return keys{}, sdk.Invalid("%s is empty", name)
		}
	}
	if !accessKeyIDPattern.MatchString(values[fieldID]) {
		return keys{}, sdk.Invalid("%s must be 1 to 128 letters and digits", fieldID)
	}
	for _, v := range []struct {
		name string
		most int
	}{{fieldSecret, maxSecret}, {fieldToken, maxToken}} {
		if len(values[v.name]) > v.most {
			return keys{}, sdk.Invalid("%s is longer than %d characters", v.name, v.most)
		}
		if !printable(values[v.name]) {
			return keys{}, sdk.Invalid("%s has a character that credentials do not have, such as a space or a line break", v.name)
		}
	}
	return keys{
		accessKeyID: values[fieldID], secret: newSecret(values[fieldSecret]), token: newSecret(values[fieldToken]),
	}, nil
}

// printable says that s is ASCII without spaces: it becomes part of a header.
func printable(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
