package main

import (
	"encoding/json"
	"fmt"
	"time"
)

const (
	// clockTolerance is how far whole seconds may be from the truth.
	clockTolerance = time.Second
	// handOver is how long a session that the STS has handed over may take
	// until it is served.
	handOver = 5 * time.Second
)

// document is a role document.
type document struct {
	Code, Message, LastUpdated, Type string
	AccessKeyID                      string `json:"AccessKeyId"`
	SecretAccessKey, Token           string
	Expiration                       time.Time
}

// checkDocument looks at the document of a role that an instance reads, as it
// was served between two times. Failed says that it is a failure document,
// whose time might come.
func (s *soak) checkDocument(body, role, instance string, from, until time.Time) (failed bool, err error) {
	var d document
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return false, fmt.Errorf("torn document of %d bytes: %w", len(body), err)
	}
	return s.checkCredentials(&d, role, instance, from, until)
}

func (s *soak) checkCredentials(d *document, role, instance string, from, until time.Time) (failed bool, err error) {
	if d.Code != "Success" {
		return true, s.checkFailure(d, role, instance, from, until)
	}
	switch g := s.grants.find(d.AccessKeyID); {
	case d.AccessKeyID == "" || d.SecretAccessKey == "" || d.Token == "" || d.Expiration.IsZero():
		return false, fmt.Errorf("half a document of %q", d.AccessKeyID)
	case d.Expiration.Add(clockTolerance).Before(from):
		return false, fmt.Errorf("%s expired at %s and is served with Code Success", d.AccessKeyID, clockTime(d.Expiration))
	case g == nil:
		return false, fmt.Errorf("STS has not issued %s", d.AccessKeyID)
	case g.role != role || g.session != instance:
		return false, fmt.Errorf("%s is a session %s of role %s, read by %s with role %s", d.AccessKeyID, g.session, g.role, instance, role)
	case g.secret != d.SecretAccessKey || g.token != d.Token:
		return false, fmt.Errorf("the document of %s mixes two sets", d.AccessKeyID)
	case !g.expires.Equal(d.Expiration):
		return false, fmt.Errorf("%s expires at %s and is said to at %s", d.AccessKeyID, clockTime(g.expires), clockTime(d.Expiration))
	}
	return false, nil
}

// checkFailure looks at a failure document: it has no credentials, and is there
// only when STS had given none that still live.
func (s *soak) checkFailure(d *document, role, instance string, from, until time.Time) error {
	if d.Message == "" || d.Code != "Internal" && d.Code != "AssumeRoleUnauthorizedAccess" || d.AccessKeyID+d.SecretAccessKey+d.Token != "" {
		return fmt.Errorf("failure document with code %q, message %q, access key id %q", d.Code, d.Message, d.AccessKeyID)
	}
	g := s.grants.good(role, instance, from.Add(-handOver), until.Add(clockTolerance))
	if g == nil || s.excused(from, until, noCredentials, coreAway) {
		return nil
	}
	return fmt.Errorf("failure document (%s) though STS gave role %s of %s a session at %s that ends at %s",
		d.Message, role, instance, clockTime(g.handed), clockTime(g.expires))
}
