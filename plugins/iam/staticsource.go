package iam

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
)

const kindStatic = "static"

// staticBlock is static { … }: credentials that are served as they are.
type staticBlock struct {
	At              hcl.Range `hcl:",def_range"`
	Body            hcl.Body  `hcl:",body"`
	Name            string    `hcl:"name,optional" doc:"What sources calls it; left out, the type of the block."`
	AccessKeyID     string    `hcl:"access_key_id,optional" doc:"Access key id."`
	SecretAccessKey string    `hcl:"secret_access_key,optional" doc:"Secret access key."`
	SessionToken    string    `hcl:"session_token,optional" doc:"Session token of temporary credentials."`
	File            string    `hcl:"file,optional" doc:"JSON file with them instead, as a credential_process prints it; read anew at each renewal."`
	Duration        *string   `hcl:"duration" doc:"What documents say of their life." default:"1h"`
}

type staticSource struct {
	label    string
	keys     keys   // when no file is given
	file     string // absolute; empty: none
	duration time.Duration
}

var _ source = (*staticSource)(nil)

func (b *staticBlock) check(c *sdk.Config) (source, hcl.Diagnostics) {
	s := &staticSource{label: cmp.Or(b.Name, kindStatic), duration: defaultDuration}
	at := func(name string) hcl.Range { return valueRange(bodyOf(b.Body), name, b.At) }
	var diags hcl.Diagnostics
	refuse := func(name, summary, format string, args ...any) {
		diags = append(diags, sdk.Withheld(sdk.Errorf(at(name), summary, format, args...)))
	}
	if b.Duration != nil {
		d, err := time.ParseDuration(*b.Duration)
		if err != nil || d < minLifetime || d > maxDuration {
			refuse("duration", "Invalid duration", "The duration is what documents say of the life of the credentials: 2s to 12h, such as 1h.")
		}
		s.duration = d
	}
	if b.File != "" {
		s.file = c.Path(b.File)
		if b.AccessKeyID+b.SecretAccessKey+b.SessionToken != "" {
			refuse("file", "Credentials twice", "The credentials are either in the file or in the block.")
		}
		return s, diags
	}
	if p := keyProblem(b.AccessKeyID, b.SecretAccessKey, b.SessionToken); p != "" {
		refuse("access_key_id", "Invalid credentials", "%s Give access_key_id, secret_access_key and, with temporary credentials, session_token; or file.", p)
	}
	s.keys = keys{accessKeyID: b.AccessKeyID, secret: newSecret(b.SecretAccessKey), token: newSecret(b.SessionToken)}
	return s, diags
}

// keyProblem says what is wrong with a set of credentials, and repeats nothing
// of it.
func keyProblem(id, secretKey, token string) problem {
	switch {
	case id == "":
		return "There is no access key id."
	case secretKey == "":
		return "There is no secret access key."
	case !accessKeyIDPattern.MatchString(id):
		return "The access key id must be 1 to 128 letters and digits."
	case len(secretKey) > maxSecret || len(token) > maxToken || !printable(secretKey) || !printable(token):
		return "The secret access key or the session token has a character that credentials do not have, or is too long."
	}
	return ""
}

func (s *staticSource) name() string { return s.label }
func (s *staticSource) kind() string { return kindStatic }

// waits is never told: the credentials are there, or the file is read.
func (s *staticSource) waits() string { return "" }

func (s *staticSource) ways(st *state, _ *grantState) []way {
	return []way{{by: s, start: func(context.Context) (ticket, *failure) { return s.ready(st) }}}
}

// staticFile is the file: what a credential_process prints, or the body of the
// bootstrap action.
type staticFile struct {
	AccessKeyId, SecretAccessKey, SessionToken, Token string //nolint:revive // the names in the file
	Expiration                                        time.Time
}

// maxStaticFile is far above what two keys and a token need.
const maxStaticFile = 64 << 10

// ready is the session to serve. Credentials that say themselves when they end
// are not shown as living longer.
func (s *staticSource) ready(st *state) (ticket, *failure) {
	now := st.now()
	a := &assumed{keys: s.keys, expires: now.Add(s.duration), asIs: true}
	if s.file != "" {
		file, f := s.read()
		if f != nil {
			return ticket{}, f
		}
		a.keys = keys{accessKeyID: file.AccessKeyId, secret: newSecret(file.SecretAccessKey), token: newSecret(cmp.Or(file.SessionToken, file.Token))}
		if end := file.Expiration; !end.IsZero() && end.Before(a.expires) {
			a.expires = end
		}
		if !now.Before(a.expires) {
			return ticket{}, s.refused(fmt.Sprintf("those in %s have expired at %s", s.file, stamp(a.expires)))
		}
	}
	st.know(a.keys, s.label)
	return ticket{ready: a, keys: a.keys}, nil
}

func (s *staticSource) refused(reason string) *failure {
	return &failure{
		class: classHuman, during: "the static credentials cannot be had", reason: clean(reason),
		mend: "put valid credentials into " + s.file,
	}
}

// read reads the file anew, and tells nothing of what it holds.
func (s *staticSource) read() (staticFile, *failure) {
	var file staticFile
	data, err := readFile(s.file, maxStaticFile)
	if err != nil {
		return file, s.refused(err.Error())
	}
	if json.NewDecoder(bytes.NewReader(data)).Decode(&file) != nil {
		return file, s.refused(s.file + " is not a JSON object with AccessKeyId, SecretAccessKey and SessionToken")
	}
	if p := keyProblem(file.AccessKeyId, file.SecretAccessKey, cmp.Or(file.SessionToken, file.Token)); p != "" {
		return file, s.refused(fmt.Sprintf("%s: %s", s.file, p))
	}
	return file, nil
}

// withhold keeps what stands in static blocks out of diagnostics.
func withhold(diags hcl.Diagnostics, body *hclsyntax.Body) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		out[i] = d
		for _, b := range body.Blocks {
			if b.Type == kindStatic && d.Subject != nil && b.Range().Overlaps(*d.Subject) {
				out[i] = sdk.Withheld(d)
			}
		}
	}
	return out
}
