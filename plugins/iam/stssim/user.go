package stssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"slices"
)

// user holds a key pair that the server was told of, or its own.
type user struct {
	accessKeyID, secret string
	token               string // empty: long-term credentials
	name                string
}

// Bootstrap returns a long-term key pair that the server always accepts. It
// depends on [Options.Key] only.
func (s *Server) Bootstrap() (accessKeyID, secretAccessKey string) {
	return s.builtin.accessKeyID, s.builtin.secret
}

// AddKey makes a key pair known as that of the user name. With a sessionToken
// it is a temporary one: requests must carry the token, and what is assumed
// with it is role chaining. A token that the server has issued itself stays
// bound to its own secret and expiry, whatever is added. Adding an access key
// id again replaces it; the pair of [Server.Bootstrap] cannot be replaced.
func (s *Server) AddKey(accessKeyID, secretAccessKey, sessionToken, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if accessKeyID != s.builtin.accessKeyID {
		s.users[accessKeyID] = &user{accessKeyID: accessKeyID, secret: secretAccessKey, token: sessionToken, name: name}
	}
}

// RemoveKey makes an added key pair unknown again, as deleting an access key
// does.
func (s *Server) RemoveKey(accessKeyID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if accessKeyID != s.builtin.accessKeyID {
		delete(s.users, accessKeyID)
	}
}

func deriveBootstrap(key []byte) *user {
	return &user{
		accessKeyID: "AKIA" + base32ID(derive(key, "bootstrap access key id"), 16),
		secret:      base64.StdEncoding.EncodeToString(derive(key, "bootstrap secret access key")[:30]),
		name:        "simulated",
	}
}

// derive returns a key for one purpose, independent of those for others.
func derive(key []byte, purpose string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("mockmd simulated STS: " + purpose))
	return m.Sum(nil)
}

// base32ID writes b in the alphabet of AWS's unique identifiers.
//
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids.
func base32ID(b []byte, length int) string {
	return base32.StdEncoding.EncodeToString(b)[:length]
}

// uniqueID is the stable identifier of what arn names, such as "AROA…".
func uniqueID(prefix, arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return prefix + base32ID(slices.Clone(sum[:]), 17)
}

// principal returns who the user is to STS.
func (s *Server) principal(u *user) *principal {
	p := &principal{accessKeyID: u.accessKeyID, secret: u.secret, account: s.accountID}
	if u.token != "" {
		role := fmt.Sprintf("arn:%s:iam::%s:role/%s", s.partition, s.accountID, u.name)
		p.temporary = true
		p.arn = fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", s.partition, s.accountID, u.name, u.name)
		p.userID = uniqueID("AROA", role) + ":" + u.name
		return p
	}
	p.arn = fmt.Sprintf("arn:%s:iam::%s:user/%s", s.partition, s.accountID, u.name)
	p.userID, p.name = uniqueID("AIDA", p.arn), u.name
	return p
}
