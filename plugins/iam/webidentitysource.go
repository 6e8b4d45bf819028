package iam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

const kindWebIdentity = "web_identity"

// webIdentityBlock is web_identity { … }: the role is assumed with a token that
// another identity provider has signed.
type webIdentityBlock struct {
	At        hcl.Range `hcl:",def_range"`
	Body      hcl.Body  `hcl:",body"`
	Name      string    `hcl:"name,optional" doc:"What sources calls it; left out, the type of the block."`
	TokenFile string    `hcl:"token_file" doc:"File with the token, read anew at each renewal; may be a link." example:"/var/run/secrets/tokens/sts"`
}

type webIdentitySource struct{ label, file string }

var _ source = (*webIdentitySource)(nil)

func (b *webIdentityBlock) check(c *sdk.Config) (source, hcl.Diagnostics) {
	s := &webIdentitySource{label: cmp.Or(b.Name, kindWebIdentity)}
	if _, given := bodyOf(b.Body).Attributes["token_file"]; given && b.TokenFile == "" || strings.ContainsRune(b.TokenFile, 0) {
		return s, hcl.Diagnostics{sdk.Errorf(valueRange(bodyOf(b.Body), "token_file", b.At), "Invalid token file",
			"The token file is a path, such as /var/run/secrets/eks.amazonaws.com/serviceaccount/token.")}
	}
	s.file = c.Path(b.TokenFile)
	return s, nil
}

func (w *webIdentitySource) name() string { return w.label }
func (w *webIdentitySource) kind() string { return kindWebIdentity }

// waits is never told: the file is always read.
func (w *webIdentitySource) waits() string { return "" }

func (w *webIdentitySource) ways(*state, *grantState) []way {
	return []way{{by: w, start: func(context.Context) (ticket, *failure) { return w.read() }}}
}

// read reads the token anew each time: whoever puts it there replaces it long
// before it expires. Links are followed, for that is how Kubernetes does so.
func (w *webIdentitySource) read() (ticket, *failure) {
	refuse := func(format string, args ...any) (ticket, *failure) {
		return ticket{}, &failure{
			class: classHuman, during: "the web identity token cannot be had", reason: clean(fmt.Sprintf(format, args...)),
			mend: "put a token into " + w.file,
		}
	}
	token, err := readFile(w.file, maxWebToken+1)
	if err != nil {
		return refuse("%v", err)
	}
	text := strings.TrimSpace(string(token))
	switch {
	case len(text) < minWebToken:
		return refuse("%s holds no token", w.file)
	case len(text) > maxWebToken:
		return refuse("%s has more than the %d characters that STS takes", w.file, maxWebToken)
	case !printable(text):
		return refuse("%s holds something that is no token", w.file)
	}
	return ticket{web: newSecret(text)}, nil
}

// readFile reads the first bytes of a regular file, at most as many as limit
// says. It blocks on nothing else that may stand there.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, plain(path, err)
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return nil, plain(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, plain(path, err)
	}
	return data, nil
}

// plain says in one sentence that a file cannot be read.
func plain(path string, err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}

// checkWebIdentity warns of what AssumeRoleWithWebIdentity does not take. At
// is where the sources are named.
func (r *role) checkWebIdentity(at hcl.Range) hcl.Diagnostics {
	if !r.has(kindWebIdentity) {
		return nil
	}
	var lost []string
	first := r.steps[0]
	for _, p := range []struct {
		name  string
		given bool
	}{
		{"external_id", first.externalID != template{}},
		{"tags", len(first.tags) > 0},
		{"source_identity", first.sourceIdentity != template{}},
		{"mfa_serial", first.mfaSerial != ""},
	} {
		if p.given {
			lost = append(lost, p.name)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return hcl.Diagnostics{sdk.Warningf(at, "Not sent with a web identity",
		"AssumeRoleWithWebIdentity does not take %s: tags and source identity are what the token says. They are sent with other sources only.", strings.Join(lost, ", "))}
}
