package stssim_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// shape is what an answer looks like: its fields, with what is random in them
// replaced by their form.
type shape map[string]string

// motoCase is one request to both servers.
type motoCase struct {
	name string
	call func(ctx context.Context, c *sts.Client) (shape, error)
	// differs are the fields that moto simplifies, with what it answers; empty
	// is none.
	differs shape
}

// TestMoto compares the answers to the same requests of the unmodified SDK
// with those of moto's STS, another simulation of the same service. Sizes are
// left out: moto answers 6 as the PackedPolicySize, whatever is asked, and
// knows no SessionTokenSize.
func TestMoto(t *testing.T) {
	t.Parallel()
	url := motoServer(t)
	w := newWorld(t, 1, 0)
	token := newIssuer(t).token("RS256", claims(w.now(), nil))
	for _, tt := range motoCases(token) {
		ours, ourErr := tt.call(t.Context(), w.client(w.bootstrap()))
		theirs, theirErr := tt.call(t.Context(), motoClient(url, w.bootstrap()))
		if ourErr != nil {
			ours = errorShape(ourErr)
		}
		if theirErr != nil {
			theirs = errorShape(theirErr)
		}
		t.Logf("%s: %v", tt.name, ours)
		for _, field := range slices.Sorted(maps.Keys(union(ours, theirs, tt.differs))) {
			if want, noted := tt.differs[field]; noted {
				if theirs[field] != want || ours[field] == want {
					t.Errorf("%s: %s = %q here and %q in moto, which was noted to answer %q", tt.name, field, ours[field], theirs[field], want)
				}
			} else if ours[field] != theirs[field] {
				t.Errorf("%s: %s = %q here and %q in moto", tt.name, field, ours[field], theirs[field])
			}
		}
	}
}

func motoCases(token string) []motoCase {
	const hour = 3600
	return []motoCase{
		{name: "AssumeRole", call: assumeShape(tagged(nil), hour)},
		{name: "AssumeRole for 15 minutes", call: assumeShape(withLife(tagged(nil), 900), 900)},
		{
			name:    "AssumeRole for 12 hours with all",
			call:    assumeShape(withAll(withLife(tagged([]string{"team"}, "team", "blue"), 43200)), 43200),
			differs: shape{"SourceIdentity": ""}, // it does not know source identities
		},
		{name: "AssumeRole in another account", call: assumeShape(&sts.AssumeRoleInput{RoleArn: new(hop2), RoleSessionName: new("me")}, hour)},
		{name: "AssumeRoleWithWebIdentity", call: identityShape(token, 900), differs: shape{
			"AssumedRoleId": "ARO123EXAMPLE123:pod",             // fixed
			"Subject":       "", "Audience": "", "Provider": "", // it does not read tokens
		}},
		{name: "GetCallerIdentity of a session", call: sessionShape},
		{name: "session name of 65 characters", call: assumeShape(&sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new(strings.Repeat("x", 65))}, hour)},
		{name: "GetCallerIdentity of a user", call: callerShape, differs: shape{
			"Arn": "arn:aws:sts::123456789012:user/moto", "UserId": "AKIAIOSFODNN7EXAMPLE", // it knows no such user
		}},
	}
}

func motoClient(url string, c aws.Credentials) *sts.Client {
	return sts.New(sts.Options{
		Region: region, BaseEndpoint: aws.String(url), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil }),
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
}

func withLife(in *sts.AssumeRoleInput, seconds int32) *sts.AssumeRoleInput {
	in.DurationSeconds = new(seconds)
	return in
}

func withAll(in *sts.AssumeRoleInput) *sts.AssumeRoleInput {
	in.ExternalId, in.SourceIdentity = new("ext"), new("alice")
	in.Policy = new(`{"Version":"2012-10-17","Statement":[]}`)
	in.PolicyArns = []types.PolicyDescriptorType{{Arn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
	return in
}

func assumeShape(in *sts.AssumeRoleInput, seconds int) func(context.Context, *sts.Client) (shape, error) {
	return func(ctx context.Context, c *sts.Client) (shape, error) {
		before := time.Now()
		out, err := c.AssumeRole(ctx, in)
		if err != nil {
			return nil, err
		}
		s := credentialShape(out.Credentials, before, seconds)
		s["Arn"], s["AssumedRoleId"] = *out.AssumedRoleUser.Arn, normal(*out.AssumedRoleUser.AssumedRoleId)
		s["SourceIdentity"] = aws.ToString(out.SourceIdentity)
		return s, nil
	}
}

func identityShape(token string, seconds int32) func(context.Context, *sts.Client) (shape, error) {
	return func(ctx context.Context, c *sts.Client) (shape, error) {
		before := time.Now()
		out, err := c.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: new(role), RoleSessionName: new("pod"), WebIdentityToken: new(token), DurationSeconds: new(seconds),
		})
		if err != nil {
			return nil, err
		}
		s := credentialShape(out.Credentials, before, int(seconds))
		s["Arn"], s["AssumedRoleId"] = *out.AssumedRoleUser.Arn, normal(*out.AssumedRoleUser.AssumedRoleId)
		s["Subject"], s["Audience"], s["Provider"] = aws.ToString(out.SubjectFromWebIdentityToken), aws.ToString(out.Audience), aws.ToString(out.Provider)
		return s, nil
	}
}

// sessionShape is GetCallerIdentity with what AssumeRole gave.
func sessionShape(ctx context.Context, c *sts.Client) (shape, error) {
	out, err := c.AssumeRole(ctx, tagged(nil))
	if err != nil {
		return nil, err
	}
	return callerShape(ctx, sts.New(c.Options(), func(o *sts.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return session(out.Credentials), nil })
	}))
}

func callerShape(ctx context.Context, c *sts.Client) (shape, error) {
	out, err := c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, err
	}
	return shape{"Arn": normal(*out.Arn), "UserId": normal(*out.UserId), "Account": *out.Account}, nil
}

func credentialShape(c *types.Credentials, before time.Time, seconds int) shape {
	s := shape{
		"AccessKeyId": normal(*c.AccessKeyId), "SecretAccessKey": fmt.Sprintf("%d characters", len(*c.SecretAccessKey)),
		"SessionToken": "short", "Expiration": "not as asked",
	}
	if len(*c.SessionToken) > 300 {
		s["SessionToken"] = "long"
	}
	life := time.Duration(seconds) * time.Second
	first, last := before.Add(life-time.Second), time.Now().Add(life+time.Second)
	if !c.Expiration.Before(first) && !c.Expiration.After(last) {
		s["Expiration"] = "in " + life.String()
	}
	return s
}

func errorShape(err error) shape {
	s := shape{}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		// moto's sentence has two spaces in one place
		s["error"] = api.ErrorCode() + ": " + strings.ReplaceAll(api.ErrorMessage(), "  ", " ")
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		s["status"] = strconv.Itoa(response.HTTPStatusCode())
	}
	return s
}

// normal replaces unique identifiers by their form.
func normal(id string) string {
	return regexp.MustCompile(`^(ASIA|AROA|AIDA)([A-Z0-9]{16,17})\b`).ReplaceAllString(id, "$1…")
}

func union(all ...shape) shape {
	out := shape{}
	for _, s := range all {
		maps.Copy(out, s)
	}
	return out
}
