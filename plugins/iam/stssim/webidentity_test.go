package stssim_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

func TestWebIdentity(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	out, err := w.identify(i.token("RS256", claims(w.now(), nil)), 43200)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := []string{
		*out.SubjectFromWebIdentityToken, *out.Audience, *out.Provider, *out.AssumedRoleUser.Arn,
	}, []string{
		"system:serviceaccount:default:app", "sts.amazonaws.com",
		"arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/1",
		"arn:aws:sts::123456789012:assumed-role/app/pod",
	}; !slices.Equal(got, want) {
		t.Errorf("answer = %q, want %q", got, want)
	}
	if out.SourceIdentity != nil {
		t.Errorf("source identity = %s", *out.SourceIdentity)
	}
	first := session(out.Credentials)
	if life := first.Expires.Sub(w.now()).Round(time.Minute); life != 12*time.Hour {
		t.Errorf("life = %s, want 12h: nothing is chained", life)
	}
	call := w.last()
	if call.Action != "AssumeRoleWithWebIdentity" || call.RoleARN != role || call.SessionName != "pod" || call.Duration != 12*time.Hour ||
		call.AccessKeyID != "" || call.CallerARN != "" || call.Issuer != issuerURL || call.Subject != *out.SubjectFromWebIdentityToken ||
		call.IssuedKeyID != first.AccessKeyID || !call.Expires.Equal(first.Expires) || call.Code != "Success" {
		t.Errorf("call = %+v", call)
	}
	me, err := w.client(first).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *me.Arn != *out.AssumedRoleUser.Arn || *me.UserId != *out.AssumedRoleUser.AssumedRoleId || *me.Account != account {
		t.Errorf("caller = %+v, %v", me, err)
	}
	_, err = w.assume(first, 3601)
	wantError(t, err, "ValidationError", "role chaining")
	if _, err := w.assume(first, 3600); err != nil {
		t.Errorf("chained: %v", err)
	}
	if call := w.last(); call.CallerARN != *out.AssumedRoleUser.Arn {
		t.Errorf("chained by %s", call.CallerARN)
	}
}

func TestWebIdentityLifetime(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 3*time.Minute)
	out, err := w.identify(i.token("ES256", claims(w.now(), nil)), 900)
	if err != nil {
		t.Fatal(err)
	}
	w.advance(2*time.Minute + 50*time.Second)
	if _, err := w.assume(session(out.Credentials), 900); err != nil {
		t.Errorf("before the expiry: %v", err)
	}
	w.advance(10 * time.Second)
	_, err = w.assume(session(out.Credentials), 900)
	wantError(t, err, "ExpiredToken", "expired")
}

func TestWebIdentityTokens(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	now := w.now()
	const malformed = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	good := i.token("ES256", claims(now, nil))
	parts := strings.Split(good, ".")
	with := func(change map[string]any) string { return i.token("ES256", claims(now, change)) }
	for _, tt := range []struct{ name, token, code, text string }{
		{"good", good, "", ""},
		{"unverified signature", i.token("RS512", claims(now, nil)), "", ""},
		{"one audience as a string", with(map[string]any{"aud": "sts.amazonaws.com"}), "", ""},
		{"fractions of a second", with(map[string]any{"exp": float64(now.Unix()) + 3600.5}), "", ""},
		{"opaque", "Atza|opaque-access-token", "InvalidIdentityToken", malformed},
		{"two parts", parts[0] + "." + parts[1], "InvalidIdentityToken", malformed},
		{"line end, as echo writes", good + "\n", "InvalidIdentityToken", malformed},
		{"header not base64", "a" + good, "InvalidIdentityToken", malformed},
		{"header not JSON", encode([]byte("{")) + "." + parts[1] + "." + parts[2], "InvalidIdentityToken", malformed},
		{"payload not JSON", parts[0] + "." + encode([]byte("{")) + "." + parts[2], "InvalidIdentityToken", malformed},
		{"payload not an object", parts[0] + "." + encode([]byte("[1]")) + "." + parts[2], "InvalidIdentityToken", malformed},
		{"signature not base64", parts[0] + "." + parts[1] + ".a", "InvalidIdentityToken", malformed},
		{"no algorithm", i.token("none", claims(now, nil)), "InvalidIdentityToken", malformed},
		{"shared secret", i.token("HS256", claims(now, nil)), "InvalidIdentityToken", malformed},
		{"no issuer", with(map[string]any{"iss": nil}), "InvalidIdentityToken", "Missing a required claim: iss"},
		{"no subject", with(map[string]any{"sub": nil}), "InvalidIdentityToken", "Missing a required claim: sub"},
		{"empty subject", with(map[string]any{"sub": ""}), "InvalidIdentityToken", "Missing a required claim: sub"},
		{"no audience", with(map[string]any{"aud": nil}), "InvalidIdentityToken", "Missing a required claim: aud"},
		{"empty audience", with(map[string]any{"aud": []string{}}), "InvalidIdentityToken", "Missing a required claim: aud"},
		{"no expiry", with(map[string]any{"exp": nil}), "InvalidIdentityToken", "Missing a required claim: exp"},
		{"subject is a number", with(map[string]any{"sub": 7}), "InvalidIdentityToken", malformed},
		{"expiry is a text", with(map[string]any{"exp": "soon"}), "InvalidIdentityToken", malformed},
		{"audience is a number", with(map[string]any{"aud": 7}), "InvalidIdentityToken", "Missing a required claim: aud"},
		{"expired", with(map[string]any{"exp": now.Unix() - 3600}), "ExpiredTokenException", "Token expired: current date/time "},
		{"not valid yet", with(map[string]any{"nbf": now.Unix() + 3600}), "InvalidIdentityToken", "Token is not valid yet: current date/time "},
		{"from the future", with(map[string]any{"iat": now.Unix() + 3600}), "InvalidIdentityToken", "Token was issued in the future: current date/time "},
	} {
		_, err := w.identify(tt.token, 0)
		if tt.code == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		wantErrorOf(t, tt.name, err, tt.code, tt.text)
		if call := w.last(); call.Status != http.StatusBadRequest || call.Code != tt.code {
			t.Errorf("%s: call = %+v", tt.name, call)
		}
		if err != nil && strings.Contains(err.Error(), parts[1]) {
			t.Errorf("%s: the error repeats the token", tt.name)
		}
	}
}

func TestWebIdentitySignatures(t *testing.T) {
	t.Parallel()
	i, stranger := newIssuer(t), newIssuer(t)
	w := newWorld(t, 1, 0, i.known)
	good := claims(w.now(), nil)
	forged := strings.Split(i.token("ES256", good), ".")
	forged[1] = strings.Split(i.token("ES256", claims(w.now(), map[string]any{"sub": "root"})), ".")[1]
	const bad = "The signature of the ID Token is not one of its provider's keys."
	for _, tt := range []struct{ name, token, code, text string }{
		{"RSA", i.token("RS256", good), "", ""},
		{"elliptic curve", i.token("ES256", good), "", ""},
		{"other claims", strings.Join(forged, "."), "InvalidIdentityToken", bad},
		{"another's RSA key", stranger.token("RS256", good), "InvalidIdentityToken", bad},
		{"another's elliptic curve key", stranger.token("ES256", good), "InvalidIdentityToken", bad},
		{"another hash", i.token("RS384", good), "InvalidIdentityToken", bad},
		{"bad signature and expired", stranger.token("ES256", claims(w.now(), map[string]any{"exp": 1})), "InvalidIdentityToken", bad},
		{"unknown issuer", i.token("ES256", claims(w.now(), map[string]any{"iss": "https://other.example.com"})), "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://other.example.com"},
		{"issuer with another end", i.token("ES256", claims(w.now(), map[string]any{"iss": issuerURL + "/"})), "InvalidIdentityToken", "No OpenIDConnect provider found in your account for " + issuerURL + "/"},
	} {
		_, err := w.identify(tt.token, 0)
		if tt.code == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		wantErrorOf(t, tt.name, err, tt.code, tt.text)
	}
}

func TestWebIdentityProvider(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	for _, tt := range []struct {
		change                 map[string]any
		wantProvider, audience string
	}{
		{map[string]any{"iss": "https://accounts.google.com"}, "accounts.google.com", "sts.amazonaws.com"},
		{map[string]any{"iss": "accounts.google.com"}, "accounts.google.com", "sts.amazonaws.com"},
		{map[string]any{"aud": []string{"a", "b"}}, "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/1", "a"},
		{map[string]any{"aud": []string{"a", "b"}, "azp": "b"}, "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/1", "b"},
	} {
		out, err := w.identify(i.token("ES256", claims(w.now(), tt.change)), 0)
		if err != nil || *out.Provider != tt.wantProvider || *out.Audience != tt.audience {
			t.Errorf("%v: %+v, %v, want %s for %s", tt.change, out, err, tt.wantProvider, tt.audience)
		}
	}
}

func TestWebIdentityLimits(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	token := i.token("ES256", claims(w.now(), nil))
	for _, tt := range []struct {
		name        string
		set         url.Values
		code, extra string
	}{
		{"as it is", nil, "", "<SubjectFromWebIdentityToken>system:serviceaccount:default:app</SubjectFromWebIdentityToken>"},
		{"no role", url.Values{"RoleArn": nil}, "ValidationError", "Value null at &#39;roleArn&#39;"},
		{"not a role", url.Values{"RoleArn": {"arn:aws:iam::123456789012:user/app"}}, "ValidationError", "arn:aws:iam::123456789012:user/app is invalid"},
		{"no session name", url.Values{"RoleSessionName": nil}, "ValidationError", "Value null at &#39;roleSessionName&#39;"},
		{"session name", url.Values{"RoleSessionName": {"a b"}}, "ValidationError", `pattern: [\w+=,.@-]*`},
		{"no token", url.Values{"WebIdentityToken": nil}, "ValidationError", "Value null at &#39;webIdentityToken&#39;"},
		{"short token, not repeated", url.Values{"WebIdentityToken": {"a.b"}}, "ValidationError", "Value at &#39;webIdentityToken&#39; failed to satisfy constraint: Member must have length greater than or equal to 4"},
		{"long token, not repeated", url.Values{"WebIdentityToken": {strings.Repeat("x", 20001)}}, "ValidationError", "Value at &#39;webIdentityToken&#39; failed to satisfy constraint: Member must have length less than or equal to 20000"},
		{"longest token", url.Values{"WebIdentityToken": {strings.Repeat("x", 20000)}}, "InvalidIdentityToken", "not a valid JWT"},
		{"short provider", url.Values{"ProviderId": {"abc"}}, "ValidationError", "providerId"},
		{"OAuth 2.0", url.Values{"ProviderId": {"www.amazon.com"}}, "InvalidIdentityToken", "cannot ask the OAuth 2.0 provider www.amazon.com; send no ProviderId with OpenID Connect tokens"},
		{"short life", url.Values{"DurationSeconds": {"899"}}, "ValidationError", "greater than or equal to 900"},
		{"long life", url.Values{"DurationSeconds": {"43201"}}, "ValidationError", "less than or equal to 43200"},
		{"policy", url.Values{"Policy": {`{"Version":"2012-10-17"}`}}, "", "<PackedPolicySize>2</PackedPolicySize>"},
		{"policy that is no JSON", url.Values{"Policy": {"{"}}, "MalformedPolicyDocument", "invalid Json"},
		{"long policy", url.Values{"Policy": {`"` + strings.Repeat("x", 2047) + `"`}}, "ValidationError", "less than or equal to 2048"},
		{"longest policy", url.Values{"Policy": {`"` + strings.Repeat("x", 2046) + `"`}}, "", "<PackedPolicySize>100</PackedPolicySize>"},
		{"token size", url.Values{"MinimumSessionTokenSize": {"4097"}}, "ValidationError", "Value &#39;4097&#39; at &#39;minimumSessionTokenSize&#39; failed to satisfy constraint: Member must have value less than or equal to 4096"},
		{"largest session token", url.Values{"MinimumSessionTokenSize": {"4096"}}, "", "<SessionTokenUtilization>100</SessionTokenUtilization>"},
		{"policy arns", url.Values{"PolicyArns.member.11.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"}}, "ValidationError", "policyArns"},
		{"not its parameters", url.Values{"Tags.member.99.Key": {""}, "ExternalId": {" "}, "TokenCode": {"1"}}, "", "<Audience>"},
		{"another version", url.Values{"Version": {"2010-01-01"}}, "InvalidAction", "Could not find operation AssumeRoleWithWebIdentity for version 2010-01-01"},
	} {
		q := w.raw()
		q.creds.SecretAccessKey = "wrong" // a signature does not matter
		q.form = url.Values{
			"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {role},
			"RoleSessionName": {"pod"}, "WebIdentityToken": {token},
		}
		for name, values := range tt.set {
			q.form[name] = values
			if values == nil {
				q.form.Del(name)
			}
		}
		status, body := w.send(q)
		want, code := http.StatusOK, ""
		if tt.code != "" {
			want, code = http.StatusBadRequest, "<Code>"+tt.code+"</Code>"
		}
		if status != want || !strings.Contains(body, code) || !strings.Contains(body, tt.extra) {
			t.Errorf("%s: %d\n%s\nwant %d %s %s", tt.name, status, body, want, tt.code, tt.extra)
		}
		if call := w.last(); call.AccessKeyID != "" {
			t.Errorf("%s: signed by %s", tt.name, call.AccessKeyID)
		}
	}
}

func TestWebIdentityClaims(t *testing.T) {
	t.Parallel()
	i, w := newIssuer(t), newWorld(t, 1, 0)
	const tags = "https://aws.amazon.com/tags"
	nested := map[string]any{tags: map[string]any{
		"principal_tags":      map[string]any{"team": []string{"blue"}, "stage": "test"},
		"transitive_tag_keys": []string{"team"},
	}}
	flat := map[string]any{tags + "/principal_tags/team": "blue", tags + "/principal_tags/stage": "test", tags + "/transitive_tag_keys": []string{"team"}}
	for _, change := range []map[string]any{nested, flat} {
		change["https://aws.amazon.com/source_identity"] = "alice"
		out, err := w.identify(i.token("ES256", claims(w.now(), change)), 0)
		if err != nil {
			t.Fatal(err)
		}
		if call := w.last(); call.Tags["team"] != "blue" || call.Tags["stage"] != "test" || !slices.Equal(call.TransitiveTagKeys, []string{"team"}) ||
			call.SourceIdentity != "alice" || aws.ToString(out.SourceIdentity) != "alice" {
			t.Errorf("call = %+v, answer %+v", call, out)
		}
		_, err = w.assumeWith(session(out.Credentials), tagged(nil, "team", "red"))
		wantError(t, err, "InvalidParameterValue", "conflicts with a transitive tag key from the calling session")
		if _, err := w.assumeWith(session(out.Credentials), tagged(nil, "stage", "live")); err != nil {
			t.Errorf("a tag that is not transitive: %v", err)
		}
	}
	for name, tt := range map[string]struct {
		change     map[string]any
		code, text string
	}{
		"tags are no object":       {map[string]any{tags: "x"}, "InvalidIdentityToken", "The session tags in the ID Token cannot be read."},
		"two values":               {map[string]any{tags + "/principal_tags/a": []string{"x", "y"}}, "InvalidIdentityToken", "cannot be read"},
		"a number":                 {map[string]any{tags + "/principal_tags/a": 7}, "InvalidIdentityToken", "cannot be read"},
		"keys are numbers":         {map[string]any{tags + "/transitive_tag_keys": []int{7}}, "InvalidIdentityToken", "cannot be read"},
		"source is a number":       {map[string]any{"https://aws.amazon.com/source_identity": 7}, "InvalidIdentityToken", "cannot be read"},
		"source is short":          {map[string]any{"https://aws.amazon.com/source_identity": "a"}, "ValidationError", "'sourceIdentity'"},
		"long value":               {map[string]any{tags + "/principal_tags/a": strings.Repeat("x", 257)}, "ValidationError", "less than or equal to 256"},
		"transitive without a tag": {map[string]any{tags + "/transitive_tag_keys": []string{"a"}}, "InvalidParameterValue", "must be included in the requested tags"},
		"differ in case":           {map[string]any{tags + "/principal_tags/a": "1", tags + "/principal_tags/A": "2"}, "InvalidParameterValue", "Duplicate tag keys found"},
	} {
		_, err := w.identify(i.token("ES256", claims(w.now(), tt.change)), 0)
		wantErrorOf(t, name, err, tt.code, tt.text)
	}
}

func TestIssuersAreChecked(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	for _, tt := range []struct {
		url  string
		keys []any
		want string
	}{
		{"http://oidc.example.com", []any{i.ec.Public()}, `issuer "http://oidc.example.com" of the simulated STS does not start with https://`},
		{issuerURL, nil, `issuer "` + issuerURL + `" of the simulated STS has no public key`},
		{issuerURL, []any{i.ec}, `issuer "` + issuerURL + `" of the simulated STS has a key of type *ecdsa.PrivateKey, want *rsa.PublicKey or *ecdsa.PublicKey`},
	} {
		o := stssim.Options{Key: make([]byte, stssim.KeySize), AccountID: account}
		i.known(&o)
		delete(o.Issuers, issuerURL)
		o.Issuers[tt.url] = nil
		for _, key := range tt.keys {
			o.Issuers[tt.url] = append(o.Issuers[tt.url], key)
		}
		if _, err := stssim.New(o); err == nil || err.Error() != tt.want {
			t.Errorf("error = %v, want %s", err, tt.want)
		}
	}
}
