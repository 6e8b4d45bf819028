package iam

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/imdsjson"
)

// The codes of documents.
const (
	codeSuccess  = "Success"
	codeDenied   = "AssumeRoleUnauthorizedAccess" // STS does not let us have the role
	codeInternal = "Internal"                     // everything else
)

// The API versions that brought meta-data/iam and
// meta-data/identity-credentials.
const (
	sinceIAM      = "2012-01-12"
	sinceIdentity = "2018-05-23"
)

// What is served of the instance identity role.
const (
	identityInfo     = mountIdentity + "/ec2/info"
	identityDocument = mountIdentity + "/ec2/security-credentials/ec2-instance"
)

func identityPaths() []string { return []string{identityInfo, identityDocument} }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// trouble is why a role has no credentials, as its document tells it.
type trouble struct {
	code, message string
	since         time.Time
}

// document is the failure document: the real service answers it with 200.
func (t trouble) document() sdk.Leaf {
	return sdk.Leaf{
		Body: imdsjson.Object(
			imdsjson.Field{Name: "Code", Value: t.code},
			imdsjson.Field{Name: "Message", Value: t.message},
			imdsjson.Field{Name: "LastUpdated", Value: stamp(t.since)},
		),
		LastModified: t.since,
	}
}

// credentials is the role's document until they expire, and what follows.
func (v view) credentials() sdk.Leaf {
	s, successor := v.session, v.trouble.document()
	return sdk.Leaf{
		Body: imdsjson.Object(
			imdsjson.Field{Name: "Code", Value: codeSuccess},
			imdsjson.Field{Name: "LastUpdated", Value: stamp(s.issued)},
			imdsjson.Field{Name: "Type", Value: "AWS-HMAC"},
			imdsjson.Field{Name: "AccessKeyId", Value: s.keys.accessKeyID},
			imdsjson.Field{Name: "SecretAccessKey", Value: s.keys.secret.reveal()},
			imdsjson.Field{Name: "Token", Value: s.keys.token.reveal()},
			imdsjson.Field{Name: "Expiration", Value: v.expiration()},
		),
		LastModified: s.issued, NotAfter: v.ends, Successor: &successor, Audit: v.audit(),
	}
}

// audit has each read of the session's document logged.
func (v view) audit() map[string]string {
	return map[string]string{"role": v.name, "access_key_id": v.session.keys.accessKeyID}
}

// infoDocument tells the instance profile.
func infoDocument(in *sdk.Instance, profile string, updated time.Time) sdk.Leaf {
	arn := fmt.Sprintf("arn:%s:iam::%s:instance-profile/%s", in.Partition, in.AccountID, profile)
	sum := sha256.Sum256([]byte(arn))
	return sdk.Leaf{
		Body: imdsjson.Object(
			imdsjson.Field{Name: "Code", Value: codeSuccess},
			imdsjson.Field{Name: "LastUpdated", Value: stamp(updated)},
			imdsjson.Field{Name: "InstanceProfileArn", Value: arn},
			imdsjson.Field{Name: "InstanceProfileId", Value: "AIPA" + base32.StdEncoding.EncodeToString(sum[:])[:17]},
		),
		Since: sinceIAM, LastModified: updated,
	}
}

// identityInfo tells the account, and with LastUpdated that the credentials
// have changed: now, and when they expire.
func (v view) identityInfo(in *sdk.Instance) sdk.Leaf {
	at := func(updated time.Time) sdk.Leaf {
		return sdk.Leaf{
			Body: imdsjson.Object(
				imdsjson.Field{Name: "Code", Value: codeSuccess},
				imdsjson.Field{Name: "LastUpdated", Value: stamp(updated)},
				imdsjson.Field{Name: "AccountId", Value: in.AccountID},
			),
			LastModified: updated,
		}
	}
	leaf := at(v.updated())
	if v.session != nil {
		after := at(v.trouble.since)
		leaf.NotAfter, leaf.Successor = v.ends, &after
	}
	leaf.Since = sinceIdentity
	return leaf
}

// deniedMessage is what the real service says, and what is to be done here.
func deniedMessage(g *grant) string {
	trusted := "who asks"
	if g.has(kindBootstrap) {
		trusted = "the bootstrap credentials and the role's own sessions"
	}
	return fmt.Sprintf("EC2 cannot assume the role %s.  Please see documentation at "+
		"http://docs.amazonwebservices.com/IAM/latest/UserGuide/RolesTroubleshooting.html. "+
		"(mockmd: STS denies sts:AssumeRole on %s; let its trust policy allow %s.)",
		g.name, g.last().roleARN, trusted)
}

func waitingMessage(g *grant, waits string) string {
	return fmt.Sprintf("mockmd has no credentials for the role %s yet: %s.", g.name, waits)
}

func assumingMessage(g *grant) string {
	return fmt.Sprintf("mockmd is assuming the role %s: ask again in a moment.", g.name)
}

func failingMessage(g *grant, f *failure) string {
	return fmt.Sprintf("mockmd cannot assume the role %s. %s", g.name, f.summary())
}

func forgottenMessage(g *grant) string {
	post := "/refresh"
	if g.has(kindBootstrap) {
		post = "/refresh, or new bootstrap credentials to /bootstrap/creds,"
	}
	return fmt.Sprintf("The credentials of the role %s were dropped by its operator: POST to %s of the admin listener of mockmd.", g.name, post)
}

func expiredMessage(g *grant, expires time.Time) string {
	out := fmt.Sprintf("The credentials of the role %s expired at %s and mockmd could not renew them: its log says why.", g.name, stamp(expires))
	if g.has(kindBootstrap) {
		out += " POST new bootstrap credentials to /bootstrap/creds of its admin listener if they are the cause."
	}
	return out
}
