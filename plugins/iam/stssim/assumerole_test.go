package stssim_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	wantErrorOf(t, "error", err, code, message)
}

// wantErrorOf is wantError for the case of that name.
func wantErrorOf(t *testing.T, name string, err error, code, message string) {
	t.Helper()
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), message) {
		t.Errorf("%s: %v, want %s: %s", name, err, code, message)
	}
}

func TestAssumeAndChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	first, err := w.assume(w.bootstrap(), 7200)
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{
		"access key id": regexp.MustCompile(`^ASIA[A-Z2-7]{16}$`).MatchString(first.AccessKeyID),
		"secret":        regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(first.SecretAccessKey),
		"token":         regexp.MustCompile(`^IQoJb3JpZ2luX2Vj[A-Za-z0-9+/]{500,}=*$`).MatchString(first.SessionToken) && len(first.SessionToken) < 1500,
		"expiry":        first.Expires.Sub(w.now()).Round(time.Minute) == 2*time.Hour && first.Expires.Nanosecond() == 0,
	} {
		if !ok {
			t.Errorf("%s is not as STS makes it: %q %d characters of token, expires %s", name, first.AccessKeyID, len(first.SessionToken), first.Expires)
		}
	}
	if call := w.last(); call.AccessKeyID != w.bootstrap().AccessKeyID || call.IssuedKeyID != first.AccessKeyID ||
		call.RoleARN != role || call.SessionName != "me" || call.Duration != 2*time.Hour || call.Code != "Success" {
		t.Errorf("call seen = %+v", call)
	}
	second, err := w.assume(first, 3600)
	if err != nil {
		t.Fatalf("chained: %v", err)
	}
	if w.last().AccessKeyID != first.AccessKeyID || second.AccessKeyID == first.AccessKeyID {
		t.Errorf("chained call = %+v", w.last())
	}
	_, err = w.assume(second, 3601)
	wantError(t, err, "ValidationError", "exceeds the 1 hour session limit for roles assumed by role chaining")

	me, err := w.client(second).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if *me.Arn != "arn:aws:sts::123456789012:assumed-role/app/me" || *me.Account != account ||
		!regexp.MustCompile(`^AROA[A-Z2-7]{17}:me$`).MatchString(*me.UserId) {
		t.Errorf("caller = %s %s %s", *me.Arn, *me.Account, *me.UserId)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	id, _ := w.server.Bootstrap()
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(id) {
		t.Errorf("bootstrap access key id = %q", id)
	}
	user := aws.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: "other/secret"}
	_, err := w.assume(user, 0)
	wantError(t, err, "InvalidClientTokenId", "The security token included in the request is invalid")
	w.server.AddKey(user.AccessKeyID, user.SecretAccessKey, "", "alice")
	me, err := w.client(user).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *me.Arn != "arn:aws:iam::123456789012:user/alice" || !strings.HasPrefix(*me.UserId, "AIDA") {
		t.Errorf("caller = %+v, %v", me, err)
	}
	user.SessionToken = "tok"
	_, err = w.assume(user, 0)
	wantError(t, err, "InvalidClientTokenId", "invalid")
	w.server.AddKey(user.AccessKeyID, user.SecretAccessKey, "tok", "alice")
	if _, err = w.assume(user, 3600); err != nil {
		t.Errorf("added session: %v", err)
	}
	_, err = w.assume(user, 3601)
	wantError(t, err, "ValidationError", "role chaining")
	w.server.RemoveKey(user.AccessKeyID)
	_, err = w.assume(user, 0)
	wantError(t, err, "InvalidClientTokenId", "invalid")
	w.server.AddKey(id, "stolen", "", "mallory")
	w.server.RemoveKey(id)
	if _, err := w.assume(w.bootstrap(), 0); err != nil {
		t.Errorf("the bootstrap pair was replaced or removed: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 3*time.Minute)
	session, err := w.assume(w.bootstrap(), 900)
	if err != nil {
		t.Fatal(err)
	}
	w.advance(2 * time.Minute)
	if _, err := w.assume(session, 900); err != nil {
		t.Errorf("before the expiry: %v", err)
	}
	w.advance(time.Minute)
	_, err = w.assume(session, 900)
	wantError(t, err, "ExpiredToken", "The security token included in the request is expired")
}

func TestSessionsOutliveServer(t *testing.T) {
	t.Parallel()
	first := newWorld(t, 1, 0)
	session, err := first.assume(first.bootstrap(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newWorld(t, 1, 0).assume(session, 0); err != nil {
		t.Errorf("same key: %v", err)
	}
	_, err = newWorld(t, 2, 0).assume(session, 0)
	wantError(t, err, "InvalidClientTokenId", "invalid")
}

func TestAssumeRoleLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for _, tt := range []struct {
		name  string
		set   url.Values
		want  string
		extra string
	}{
		{"no role", url.Values{"RoleArn": nil}, "ValidationError", "1 validation error detected: Value null at &#39;roleArn&#39; failed to satisfy constraint: Member must not be null"},
		{"short role", url.Values{"RoleArn": {"arn:aws:iam"}}, "ValidationError", "Value &#39;arn:aws:iam&#39; at &#39;roleArn&#39; failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"not a role", url.Values{"RoleArn": {"arn:aws:iam::123456789012:user/app"}}, "ValidationError", "arn:aws:iam::123456789012:user/app is invalid"},
		{"identity role", url.Values{"RoleArn": {"arn:aws:iam::123456789012:role/aws:ec2-instance"}}, "", "<Arn>arn:aws:sts::123456789012:assumed-role/aws:ec2-instance/me</Arn>"},
		{"another name with a colon", url.Values{"RoleArn": {"arn:aws:iam::123456789012:role/aws:ec2"}}, "ValidationError", "role/aws:ec2 is invalid"},
		{"session name", url.Values{"RoleSessionName": {"x y"}}, "ValidationError", `Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{"short session name", url.Values{"RoleSessionName": {"x"}}, "ValidationError", "greater than or equal to 2"},
		{"two errors", url.Values{"RoleSessionName": {"?"}}, "ValidationError", "2 validation errors detected"},
		{"short", url.Values{"DurationSeconds": {"899"}}, "ValidationError", "Value &#39;899&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"long", url.Values{"DurationSeconds": {"43201"}}, "ValidationError", "less than or equal to 43200"},
		{"no number", url.Values{"DurationSeconds": {"1h"}}, "ValidationError", "be a number"},
		{"longest", url.Values{"DurationSeconds": {"43200"}}, "", "<AccessKeyId>ASIA"},
		{"external id", url.Values{"ExternalId": {"a b"}}, "ValidationError", "externalId"},
		{"long external id", url.Values{"ExternalId": {strings.Repeat("x", 1225)}}, "ValidationError", "less than or equal to 1224"},
		{"policy", url.Values{"Policy": {"{"}}, "MalformedPolicyDocument", "invalid Json"},
		{"good policy", url.Values{"Policy": {`{"Version":"2012-10-17"}`}}, "", "<PackedPolicySize>2</PackedPolicySize>"},
		{"large policy", url.Values{"Policy": {`"` + strings.Repeat("x", 2100) + `"`}}, "PackedPolicyTooLarge", "103%"},
		{"policy arns", url.Values{"PolicyArns.member.11.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"}}, "ValidationError", "policyArns"},
		{"policy arn", url.Values{"PolicyArns.member.1.arn": {"arn:aws"}}, "ValidationError", "Value &#39;arn:aws&#39; at &#39;policyArns.1.member.arn&#39; failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"tag without a value", url.Values{"Tags.member.1.Key": {"k"}}, "ValidationError", "Value null at &#39;tags.1.member.value&#39; failed to satisfy constraint: Member must not be null"},
		{"tag without a key", url.Values{"Tags.member.1.Value": {"v"}}, "ValidationError", "Value null at &#39;tags.1.member.key&#39;"},
		{"tag key's characters", url.Values{"Tags.member.1.Key": {"k;"}, "Tags.member.1.Value": {""}}, "ValidationError", `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"transitive keys", url.Values{"TransitiveTagKeys.member.51": {"k"}}, "ValidationError", "at &#39;transitiveTagKeys&#39;"},
		{"tags", url.Values{"Tags.member.51.Key": {"k"}}, "ValidationError", "at &#39;tags&#39;"},
		{"tag key", url.Values{"Tags.member.1.Key": {""}}, "ValidationError", "tags.1.member.key"},
		{"tag value", url.Values{"Tags.member.1.Value": {strings.Repeat("x", 257)}}, "ValidationError", "tags.1.member.value"},
		{"mfa code, not repeated", url.Values{"TokenCode": {"12345x"}}, "ValidationError", "Value at &#39;tokenCode&#39; failed"},
		{"source identity", url.Values{"SourceIdentity": {"me"}}, "", "<SourceIdentity>me</SourceIdentity>"},
	} {
		q := w.raw()
		q.form = url.Values{
			"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {role}, "RoleSessionName": {"me"},
		}
		for name, values := range tt.set {
			q.form[name] = values
			if values == nil {
				q.form.Del(name)
			}
		}
		status, body := w.send(q)
		wantStatus := http.StatusBadRequest
		if tt.want == "" {
			wantStatus = http.StatusOK
		}
		if status != wantStatus || !strings.Contains(body, tt.extra) || tt.want != "" && !strings.Contains(body, "<Code>"+tt.want+"</Code>") {
			t.Errorf("%s: %d\n%s\nwant %d %s %s", tt.name, status, body, wantStatus, tt.want, tt.extra)
		}
	}
}

func TestSourceIdentitySticks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	in := &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me"), SourceIdentity: new("alice")}
	first, err := w.assumeWith(w.bootstrap(), in)
	if err != nil {
		t.Fatal(err)
	}
	in.SourceIdentity = nil
	if out, err := w.client(first).AssumeRole(t.Context(), in); err != nil || aws.ToString(out.SourceIdentity) != "alice" {
		t.Errorf("inherited: %v %v", out, err)
	}
	in.SourceIdentity = new("bob")
	_, err = w.client(first).AssumeRole(t.Context(), in)
	wantError(t, err, "ValidationError", "The source identity is already set for this assume role session")
}
