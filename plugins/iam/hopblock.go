package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
)

// hopBlock is hop { … }: a role that is assumed on the way to another one. The
// words are those of Terraform's assume_role block.
type hopBlock struct {
	At                hcl.Range         `hcl:",def_range"`
	Body              hcl.Body          `hcl:",body"`
	ARN               string            `hcl:"arn" doc:"The role: arn:aws:iam::ACCOUNT:role/NAME."`
	SessionName       *string           `hcl:"session_name" doc:"Name of the session; may name facts of the instance that asks." default:"mockmd"`
	Duration          *string           `hcl:"duration" doc:"Life to ask for, 15m to 12h; a session that signs is granted 1h at most." default:"1h"`
	ExternalID        *string           `hcl:"external_id" doc:"What the trust policy asks for in sts:ExternalId; may name facts of the instance."`
	Policy            *string           `hcl:"policy" doc:"Session policy, as JSON."`
	PolicyARNs        []string          `hcl:"policy_arns,optional" doc:"Managed policies as session policies."`
	Tags              map[string]string `hcl:"tags,optional" doc:"Session tags; values may name facts of the instance."`
	TransitiveTagKeys []string          `hcl:"transitive_tag_keys,optional" doc:"Keys of tags that stay over role chaining."`
	SourceIdentity    *string           `hcl:"source_identity" doc:"Source identity of the session; may name facts of the instance."`
	MFASerial         *string           `hcl:"mfa_serial" doc:"MFA device whose code is shown, by the first call only; the action mfa takes the code."`
}

const (
	defaultSessionName = "mockmd"
	defaultDuration    = time.Hour
)

// stepCheck reads the arguments of one step and collects what is wrong.
type stepCheck struct {
	body  *hclsyntax.Body
	at    hcl.Range // of the block
	step  *step
	diags hcl.Diagnostics
}

// check returns the step, with as much as can be understood of it.
func (b *hopBlock) check() (*step, hcl.Diagnostics) {
	c := &stepCheck{at: b.At, step: &step{
		arn: fixed(b.ARN), sessionName: fixed(defaultSessionName), duration: defaultDuration, transitiveKeys: b.TransitiveTagKeys,
	}}
	c.body = bodyOf(b.Body)
	if _, given := c.body.Attributes["arn"]; given && (!roleARNPattern.MatchString(b.ARN) || len(b.ARN) > maxARN) {
		c.errorf("arn", "Invalid role ARN",
			"The ARN of a role is arn:PARTITION:iam::ACCOUNT:role/NAME with an account of 12 digits, such as arn:aws:iam::123456789012:role/app.")
	}
	c.text("session_name", "Invalid session name", b.SessionName, sessionNameProblem, &c.step.sessionName)
	c.duration(b.Duration)
	c.text("external_id", "Invalid external id", b.ExternalID, externalIDProblem, &c.step.externalID)
	c.text("source_identity", "Invalid source identity", b.SourceIdentity, sourceIdentityProblem, &c.step.sourceIdentity)
	c.policies(b.Policy, b.PolicyARNs)
	c.tags(b.Tags)
	if b.MFASerial != nil {
		c.step.mfaSerial = *b.MFASerial
		c.problem("mfa_serial", "Invalid MFA serial number", serialProblem(*b.MFASerial))
	}
	return c.step, c.diags
}

// rangeOf is where the value of an argument stands.
func (c *stepCheck) rangeOf(name string) hcl.Range { return valueRange(c.body, name, c.at) }

// valueRange is where the value of an argument of a block stands; otherwise
// when it is not there.
func valueRange(body *hclsyntax.Body, name string, otherwise hcl.Range) hcl.Range {
	if a, ok := body.Attributes[name]; ok {
		return a.Expr.Range()
	}
	return otherwise
}

func (c *stepCheck) errorf(name, summary, format string, args ...any) {
	c.diags = append(c.diags, sdk.Errorf(c.rangeOf(name), summary, format, args...))
}

func (c *stepCheck) problem(name, summary string, p problem) {
	if p != "" {
		c.errorf(name, summary, "%s", string(p))
	}
}

// text reads an argument that may name facts of the instance.
func (c *stepCheck) text(name, summary string, given *string, check func(string) problem, to *template) {
	if given == nil {
		return
	}
	t, d := parseTemplate(*given, c.rangeOf(name))
	if d != nil {
		c.diags = append(c.diags, d)
		return
	}
	*to = t
	if !t.varies() {
		c.problem(name, summary, check(t.text))
	}
}

func (c *stepCheck) duration(given *string) {
	if given == nil {
		return
	}
	d, err := time.ParseDuration(*given)
	switch {
	case err != nil:
		c.errorf("duration", "Invalid duration", "A duration is a number with a unit, such as 15m or 1h30m.")
	case d < minDuration || d > maxDuration || d%time.Second != 0:
		c.errorf("duration", "Invalid duration", "STS grants 15m to 12h, in whole seconds; this is %s.", d)
	default:
		c.step.duration = d
	}
}

// policies read the session policies.
func (c *stepCheck) policies(policy *string, arns []string) {
	size := 0
	if policy != nil {
		c.step.policy = *policy
		size += len(*policy)
		var object map[string]any
		if json.Unmarshal([]byte(*policy), &object) != nil {
			c.errorf("policy", "Invalid session policy", "A session policy is a JSON object; jsonencode({ Version = \"2012-10-17\", Statement = […] }) makes one.")
		}
	}
	c.step.policyARNs = arns
	if len(arns) > maxPolicyARNs {
		c.errorf("policy_arns", "Too many session policies", "STS takes at most %d policy ARNs; these are %d.", maxPolicyARNs, len(arns))
	}
	for _, arn := range arns {
		size += len(arn)
		if !policyARNPattern.MatchString(arn) || len(arn) > maxARN {
			c.errorf("policy_arns", "Invalid policy ARN", "%q is not the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess.", arn)
		}
	}
	if size > maxPolicy {
		at := "policy"
		if policy == nil {
			at = "policy_arns"
		}
		c.errorf(at, "Session policies too long", "The session policies have %d characters; STS takes at most %d.", size, maxPolicy)
	}
}

// tags read the session tags, in the order of their keys.
func (c *stepCheck) tags(tags map[string]string) {
	if len(tags) > maxTags {
		c.errorf("tags", "Too many session tags", "STS takes at most %d session tags; these are %d.", maxTags, len(tags))
	}
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		c.problem("tags", "Invalid session tag", tagKeyProblem(key))
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			c.errorf("tags", "Invalid session tag", "The key %q begins with aws:, which AWS keeps for itself.", key)
		}
		if other, twice := seen[strings.ToLower(key)]; twice {
			c.errorf("tags", "Duplicate session tag", "The keys %q and %q differ in case only, and STS takes them for the same.", other, key)
		}
		seen[strings.ToLower(key)] = key
		value := template{}
		c.text("tags", "Invalid session tag", new(tags[key]), func(text string) problem {
			if p := tagValueProblem(text); p != "" {
				return problem(fmt.Sprintf("%s That of %q is another.", p, key))
			}
			return ""
		}, &value)
		c.step.tags = append(c.step.tags, stepTag{key, value})
	}
	for _, key := range c.step.transitiveKeys {
		if _, ok := tags[key]; !ok {
			c.errorf("transitive_tag_keys", "Transitive key without a tag", "%q is no key of tags. Add the tag, or remove the key.", key)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(c.step.transitiveKeys)))) != len(c.step.transitiveKeys) {
		c.errorf("transitive_tag_keys", "Transitive key twice", "A key is there twice. Name each once.")
	}
}
