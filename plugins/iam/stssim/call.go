package stssim

import (
	"net/url"
	"strconv"
	"time"
)

// Call is one request as [Options.Observe] sees it. It holds no secret: no
// key, no token and no MFA code. What the client asked for is there as it was
// sent, whether it was allowed or not.
type Call struct {
	Time        time.Time // when it was answered, by the server's clock
	Action      string    // "AssumeRole"; empty when the request names none
	AccessKeyID string    // whose signature it carries, verified or not; empty for AssumeRoleWithWebIdentity
	CallerARN   string    // who signed it, once that was verified; of a role chain, the session before

	RoleARN           string            // role asked for
	SessionName       string            // session name asked for
	Duration          time.Duration     // duration asked for; 0: none, or not a number
	ExternalID        string            // empty: none
	SourceIdentity    string            // asked for, or a claim of the web identity; empty: none
	HasPolicy         bool              // a session policy came
	PolicyARNs        []string          // managed session policies
	Tags              map[string]string // session tags asked for, or claimed by the web identity
	TransitiveTagKeys []string          // likewise
	SerialNumber      string            // MFA device; empty: none
	HasTokenCode      bool              // an MFA code came
	Issuer, Subject   string            // claims of the web identity, when its token could be read

	Status      int       // HTTP status; 0 when nothing was answered
	Code        string    // "Success", or the error's code, or the fault's name
	IssuedKeyID string    // access key id of the session granted; empty: none
	Expires     time.Time // its expiry
}

// ask notes what the parameters ask for.
func (c *Call) ask(form url.Values) {
	c.Action, c.RoleARN, c.SessionName = form.Get("Action"), form.Get("RoleArn"), form.Get("RoleSessionName")
	if seconds, err := strconv.ParseInt(form.Get("DurationSeconds"), 10, 32); err == nil {
		c.Duration = time.Duration(seconds) * time.Second
	}
	c.HasPolicy, c.PolicyARNs = form.Has("Policy"), members(form, "PolicyArns", ".arn")
	if c.Action != actionAssumeRole {
		return
	}
	c.ExternalID, c.SourceIdentity = form.Get("ExternalId"), form.Get("SourceIdentity")
	c.SerialNumber, c.HasTokenCode = form.Get("SerialNumber"), form.Has("TokenCode")
	c.tag(readTags(form))
	c.TransitiveTagKeys = members(form, "TransitiveTagKeys", "")
}

func (c *Call) tag(tags []sessionTag) {
	if len(tags) == 0 {
		return
	}
	c.Tags = make(map[string]string, len(tags))
	for _, t := range tags {
		c.Tags[t.Key] = t.Value
	}
}
