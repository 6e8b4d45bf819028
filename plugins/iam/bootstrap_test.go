package iam

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

func TestBootstrapBody(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	for _, tt := range []struct{ name, body, want string }{
		{"whole", `{"AccessKeyId":"AKIACANARY","SecretAccessKey":"CANARY/+=","Token":"CANARY"}`, ""},
		{"no token", ` { "SecretAccessKey" : "CANARY" , "AccessKeyId" : "A" } ` + "\n", ""},
		{"empty token", `{"AccessKeyId":"A","SecretAccessKey":"CANARY","Token":""}`, ""},
		{"escapes", `{"Access\u004beyId":"A","SecretAccessKey":"CANARY"}`, ""},
		{"nothing", "", "the body is empty; it must be a JSON object with AccessKeyId, SecretAccessKey and, if there is one, Token"},
		{"spaces", " \n", "the body is empty; it must be a JSON object with AccessKeyId, SecretAccessKey and, if there is one, Token"},
		{"no JSON", "CANARY", "the body is not valid JSON"},
		{"form", "AccessKeyId=CANARY&SecretAccessKey=CANARY", "the body is not valid JSON"},
		{"array", `["CANARY"]`, "the body must be a JSON object"},
		{"string", `"CANARY"`, "the body must be a JSON object"},
		{"null", `null`, "the body must be a JSON object"},
		{"cut", `{"AccessKeyId":"CANARY"`, "the body is not valid JSON"},
		{"cut key", `{"AccessKeyId`, "the body is not valid JSON"},
		{"cut value", `{"AccessKeyId":"CANARY`, "the body is not valid JSON"},
		{"no colon", `{"AccessKeyId" "CANARY"}`, "the body is not valid JSON"},
		{"no comma", `{"AccessKeyId":"CANARY" "Token":"x"}`, "the body is not valid JSON"},
		{"comma at the end", `{"AccessKeyId":"CANARY","SecretAccessKey":"s",}`, "the body is not valid JSON"},
		{"number as key", `{1:"CANARY"}`, "the body is not valid JSON"},
		{"object", `{}`, "AccessKeyId is missing"},
		{"no secret", `{"AccessKeyId":"CANARY"}`, "SecretAccessKey is missing"},
		{"no id", `{"SecretAccessKey":"CANARY"}`, "AccessKeyId is missing"},
		{"empty id", `{"AccessKeyId":"","SecretAccessKey":"CANARY"}`, "AccessKeyId is empty"},
		{"empty secret", `{"AccessKeyId":"CANARY","SecretAccessKey":""}`, "SecretAccessKey is empty"},
		{"unknown key", `{"CANARY":"x"}`, "there is an unknown key; the keys are AccessKeyId, SecretAccessKey and Token, spelled exactly so"},
		{"other case", `{"accesskeyid":"CANARY","SecretAccessKey":"s"}`, "there is an unknown key; the keys are AccessKeyId, SecretAccessKey and Token, spelled exactly so"},
		{"SDK's name", `{"AccessKeyId":"CANARY","SecretAccessKey":"s","SessionToken":"CANARY"}`, "there is an unknown key; the keys are AccessKeyId, SecretAccessKey and Token, spelled exactly so"},
		{"twice", `{"AccessKeyId":"A","SecretAccessKey":"CANARY","AccessKeyId":"B"}`, "AccessKeyId is there twice"},
		{"twice, escaped", `{"Token":"A","\u0054oken":"CANARY"}`, "Token is there twice"},
		{"number", `{"AccessKeyId":123}`, "AccessKeyId must be a string"},
		{"null value", `{"AccessKeyId":"A","SecretAccessKey":"s","Token":null}`, "Token must be a string"},
		{"object value", `{"AccessKeyId":{"CANARY":1}}`, "AccessKeyId must be a string"},
		{"deep", `{"Token":` + strings.Repeat("[", 60000), "Token must be a string"},
		{"deep from the start", strings.Repeat("[", 60000), "the body must be a JSON object"},
		{"second object", `{"AccessKeyId":"A","SecretAccessKey":"s"}{"AccessKeyId":"CANARY"}`, "there is something after the JSON object"},
		{"rubbish after", `{"AccessKeyId":"A","SecretAccessKey":"s"} CANARY`, "there is something after the JSON object"},
		{"id with a space", `{"AccessKeyId":"CAN ARY","SecretAccessKey":"s"}`, "AccessKeyId must be 1 to 128 letters and digits"},
		{"id with a line break", `{"AccessKeyId":"CANARY\nX: y","SecretAccessKey":"s"}`, "AccessKeyId must be 1 to 128 letters and digits"},
		{"long id", `{"AccessKeyId":"` + strings.Repeat("A", 129) + `","SecretAccessKey":"s"}`, "AccessKeyId must be 1 to 128 letters and digits"},
		{"secret with a line break", `{"AccessKeyId":"A","SecretAccessKey":"CANARY\n"}`, "SecretAccessKey has a character that credentials do not have, such as a space or a line break"},
		{"token with a zero", `{"AccessKeyId":"A","SecretAccessKey":"s","Token":"CANARY\u0000"}`, "Token has a character that credentials do not have, such as a space or a line break"},
		{"token with half a surrogate", `{"AccessKeyId":"A","SecretAccessKey":"s","Token":"\ud800"}`, "Token has a character that credentials do not have, such as a space or a line break"},
		{"long secret", `{"AccessKeyId":"A","SecretAccessKey":"` + strings.Repeat("C", 1025) + `"}`, "SecretAccessKey is longer than 1024 characters"},
		{"long token", `{"AccessKeyId":"A","SecretAccessKey":"s","Token":"` + strings.Repeat("C", 8193) + `"}`, "Token is longer than 8192 characters"},
	} {
		_, err := parseBootstrap([]byte(tt.body))
		switch {
		case tt.want == "" && err != nil, tt.want != "" && (err == nil || err.Error() != tt.want):
			t.Errorf("%s: error = %v, want %q", tt.name, err, tt.want)
		case err != nil && strings.Contains(err.Error(), canary):
			t.Errorf("%s: the error repeats the body: %v", tt.name, err)
		}
	}
	k, err := parseBootstrap([]byte(`{"AccessKeyId":"A","SecretAccessKey":"s\/+=","Token":"t"}`))
	if err != nil || k.accessKeyID != "A" || k.secret.reveal() != "s/+=" || k.token.reveal() != "t" || !k.temporary() {
		t.Errorf("keys = %s %s %s, %v", k.accessKeyID, k.secret.reveal(), k.token.reveal(), err)
	}
}

func TestActionOverContract(t *testing.T) {
	t.Parallel()
	p := sdktest.Start(t, New())
	if d := p.Describe(); strings.Join(d.Actions, " ") != "bootstrap/creds credentials refresh forget mfa" || len(d.Mounts) != 0 || !d.Validity {
		t.Errorf("description = %+v", d)
	}
	sdktest.Expect(t, p.Configure(oneRole+"\nsts {\n  simulated = true\n  auto_bootstrap = false\n}"))
	p.Run()
	if _, err := p.Act("bootstrap/creds", []byte(`{"AccessKeyId":""}`)); err == nil || err.Error() != "SecretAccessKey is missing" && err.Error() != "AccessKeyId is empty" {
		t.Errorf("bad body: %v", err)
	}
	out, err := p.Act("bootstrap/creds", []byte(goodBody))
	if err != nil || len(out) != 0 {
		t.Errorf("good body: %q, %v", out, err)
	}
	const path = "meta-data/iam/security-credentials/app"
	tree := p.WaitTree("credentials", func(t sdk.Tree) bool {
		leaf, ok := t[path].(sdk.Leaf)
		return ok && !leaf.NotAfter.IsZero()
	})
	if leaf := tree[path].(sdk.Leaf); !strings.Contains(string(leaf.Body), `"Code" : "Success"`) {
		t.Errorf("document = %s", leaf.Body)
	}
	p.WaitStatus("valid", func(degraded string, until time.Time) bool { return degraded == "" && !until.IsZero() })
}

func TestActionOutsideOfRun(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole).fake()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.p.takeBootstrap(ended, []byte(goodBody)); err == nil || err.Error() != "the iam plugin is still starting; try again" {
		t.Errorf("before Run: %v", err)
	}
	g.run()
	g.post(goodBody)
	g.stop()
	if _, err := g.p.takeBootstrap(t.Context(), []byte(goodBody)); err == nil || err.Error() != "the iam plugin is stopping; try again" {
		t.Errorf("after Run: %v", err)
	}
}
