package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const issuerURL = "https://oidc.example.com"

// issuer signs the tokens of an OpenID Connect provider.
type issuer struct {
	t   *testing.T
	key *rsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t, key}
}

// known makes the STS verify the issuer's signatures.
func (i *issuer) known(o *stssim.Options) {
	o.Issuers = map[string][]crypto.PublicKey{issuerURL: {&i.key.PublicKey}}
}

// token is a service account's, for subject, that ends at expires.
func (i *issuer) token(subject string, expires time.Time) string {
	i.t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": issuerURL, "sub": subject, "aud": "sts.amazonaws.com",
		"iat": time.Now().Add(-time.Hour).Unix(), "exp": expires.Unix(),
	}).SignedString(i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return token
}

// projection is a folder as the kubelet fills it: token is a link to
// ..data/token, and ..data a link that is swapped at once.
type projection struct {
	t      *testing.T
	folder string
	n      int
}

func (p *projection) file() string { return filepath.Join(p.folder, "token") }

func (p *projection) put(token string) {
	p.t.Helper()
	p.n++
	name := "..2026_01_01_" + strings.Repeat("x", p.n)
	writeFile(p.t, filepath.Join(p.folder, name, "token"), token)
	data := filepath.Join(p.folder, "..data")
	before, _ := os.Readlink(data)
	if err := os.Symlink(name, data+"_tmp"); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Rename(data+"_tmp", data); err != nil {
		p.t.Fatal(err)
	}
	if before == "" {
		if err := os.Symlink(filepath.Join("..data", "token"), p.file()); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	if err := os.RemoveAll(filepath.Join(p.folder, before)); err != nil {
		p.t.Fatal(err)
	}
}

// TestWebIdentity renews with the token that is in the file by then, through
// links that are swapped as Kubernetes does. STS verifies each signature. A
// token that has ended needs a person, and another one mends it.
func TestWebIdentity(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, 20*time.Second, i.known)
	p := &projection{t: t, folder: t.TempDir()}
	p.put(i.token("system:serviceaccount:web:first", time.Now().Add(time.Hour)))
	d := start(t, chained(s.url, `web_identity { token_file = "`+p.file()+`" }`))
	good := d.works(s, "good", success)
	if r := d.tell().Roles[0]; r.Source != "web_identity" || r.SignedBy != "" {
		t.Errorf("/credentials tells %+v", r)
	}
	subject := func(want string) {
		t.Helper()
		s.wait(want, func(calls []stssim.Call) bool {
			g := granted(calls)
			return len(g) > 0 && g[len(g)-1].Subject == "system:serviceaccount:web:"+want && g[len(g)-1].Action == "AssumeRoleWithWebIdentity" && g[len(g)-1].AccessKeyID == ""
		})
	}
	subject("first")
	p.put(i.token("system:serviceaccount:web:second", time.Now().Add(time.Hour)))
	d.act("/refresh", "")
	subject("second")
	good = d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != good.AccessKeyID })

	r := d.readGood(1, nil)
	ended := i.token("system:serviceaccount:web:third", time.Now().Add(-time.Minute))
	p.put(ended)
	d.act("/refresh", "")
	failed := d.waitTold("that a person is needed", func(r toldRole) bool { return r.Error.Code == "ExpiredTokenException" })
	if failed.Error.Class != "needs a human" || failed.State != "valid" || failed.AccessKeyID != good.AccessKeyID || failed.Error.Mend != "put another token into "+p.file() {
		t.Errorf("an expired token is told as %+v", failed)
	}
	forged := newIssuer(t).token("system:serviceaccount:web:forged", time.Now().Add(time.Hour))
	p.put(forged)
	d.act("/refresh", "")
	d.waitTold("a forged token", func(r toldRole) bool { return r.Error.Code == "InvalidIdentityToken" })
	last := i.token("system:serviceaccount:web:fourth", time.Now().Add(time.Hour))
	p.put(last)
	d.act("/refresh", "")
	subject("fourth")
	d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != good.AccessKeyID })
	t.Logf("%d reads, all of them good", r.stop())
	absent(t, "the log", d.output(), ended, forged, last, strings.Split(last, ".")[2])
}

// TestWebIdentityWithoutAToken: what is wrong with the file is told, and it is
// read again by itself.
func TestWebIdentityWithoutAToken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSTS(t, time.Hour, i.known)
	file := filepath.Join(t.TempDir(), "token")
	d := start(t, chained(s.url, `web_identity { token_file = "`+file+`" }`))
	r := d.waitTold("the failure", func(r toldRole) bool { return r.State == "failing" })
	if want := "the web identity token cannot be had: " + file + " cannot be read: no such file or directory"; r.Error.Message != want || r.Error.Mend != "put a token into "+file {
		t.Errorf("told as %+v", r.Error)
	}
	writeFile(t, file, i.token("pod", time.Now().Add(time.Hour))+"\n")
	d.works(s, "good", success) // nobody has asked for it
}
