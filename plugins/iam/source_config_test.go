package iam

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk/sdktest"
)

// role1 is a role block with further arguments, each on a line from the third
// on.
func role1(arguments ...string) string {
	return "role \"app\" {\n  arn = \"arn:aws:iam::123456789012:role/app\"\n" + strings.Join(arguments, "\n") + "\n}"
}

func TestRoleDiagnostics(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name, config string
		want         []string
	}{
		{"everything", role1(
			`policy = jsonencode({ Version = "2012-10-17" })`, `policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]`,
			`tags = { Team = "blue" }`, `transitive_tag_keys = ["Team"]`, `source_identity = "me"`,
			`mfa_serial = "arn:aws:iam::123456789012:mfa/me"`), nil},
		{"policy", role1(`policy = "{"`), []string{"3: Invalid session policy; A session policy is a JSON object; jsonencode({"}},
		{"long policy", role1(`policy = "{\"a\":\"` + long(2041) + `\"}"`), []string{"3: Session policies too long; The session policies have 2049 characters; STS takes at most 2048."}},
		{"policy arns", role1(`policy_arns = ["arn:aws:iam::aws:role/x"]`), []string{`3: Invalid policy ARN; "arn:aws:iam::aws:role/x" is not the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess.`}},
		{"many policies", role1(`policy_arns = [` + strings.Repeat(`"arn:aws:iam::aws:policy/a", `, 11) + `]`), []string{"3: Too many session policies; STS takes at most 10 policy ARNs; these are 11."}},
		{"tag key", role1(`tags = { "a#b" = "x" }`), []string{"3: Invalid session tag; The key of a session tag has 1 to 128 letters"}},
		{"tag value", role1(`tags = { a = "` + long(257) + `" }`), []string{`3: Invalid session tag; The value of a session tag has at most 256 letters, digits, spaces and characters of _.:/=+-@. That of "a" is another.`}},
		{"AWS's tag", role1(`tags = { "AWS:x" = "y" }`), []string{`3: Invalid session tag; The key "AWS:x" begins with aws:, which AWS keeps for itself.`}},
		{"two tags in one", role1(`tags = { a = "1", A = "2" }`), []string{`3: Duplicate session tag; The keys "A" and "a" differ in case only, and STS takes them for the same.`}},
		{"transitive key", role1(`tags = { a = "1" }`, `transitive_tag_keys = ["b"]`), []string{`4: Transitive key without a tag; "b" is no key of tags. Add the tag, or remove the key.`}},
		{"transitive keys", role1(`tags = { a = "1" }`, `transitive_tag_keys = ["a", "a"]`), []string{"4: Transitive key twice; A key is there twice. Name each once."}},
		{"source identity", role1(`source_identity = "x y"`), []string{"3: Invalid source identity; A source identity has 2 to 64 letters, digits and characters of _+=,.@-."}},
		{"serial", role1(`mfa_serial = "x"`), []string{"3: Invalid MFA serial number; The serial number of an MFA device has 9 to 256 characters, such as arn:aws:iam::123456789012:mfa/me."}},
		{"MFA behind a hop", role1(`mfa_serial = "arn:aws:iam::123456789012:mfa/me"`, `hop { arn = "arn:aws:iam::123456789012:role/hub" }`), []string{"1: MFA behind a hop; Only long-term credentials can show an MFA code, and step 2 is signed by a session. Put mfa_serial into the first hop."}},
		{"a hop's mistakes", role1("hop {\n  arn = \"x\"\n  duration = \"1m\"\n  nonsense = 1\n}"), []string{"4: Invalid role ARN", "5: Invalid duration", "6: Unsupported argument"}},
		{"long behind a hop", role1(`duration = "2h"`, `hop { arn = "arn:aws:iam::123456789012:role/hub" }`), []string{"3: Duration is capped; Behind a hop the role is assumed by a session, which is role chaining: STS grants at most 1h then, and mockmd asks for no more."}},
		{"long with a chain", role1(`duration = "12h"`) + "\ndefault_chain {}", nil},
		{"long with both", role1(`duration = "12h"`) + "\ndefault_chain {}\nbootstrap {}", []string{"3: Only the first session is that long"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := strings.ReplaceAll(tt.config, `jsonencode({ Version = "2012-10-17" })`, `"{}"`)
			sdktest.Expect(t, sdktest.Start(t, New()).Configure(config), tt.want...)
		})
	}
}

func TestSourceDiagnostics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, config string
		want         []string
	}{
		{"all", "bootstrap {}\ndefault_chain { profile = \"x\" }\nweb_identity { token_file = \"t\" }\nstatic { file = \"f\" }", nil},
		{"two of a name", "default_chain {}\ndefault_chain { profile = \"x\" }", []string{`2: Duplicate source; There is a source "default_chain" already. Give one of them another name: name = "default_chain-2".`}},
		{"two bootstraps", "bootstrap {}\nbootstrap { name = \"x\" }", []string{"2: Duplicate bootstrap block"}},
		{"unknown source", "bootstrap {}\nsources = [\"bootstrp\"]", []string{`2: Unknown source; There is no source "bootstrp"; did you mean "bootstrap"?`}},
		{"twice", "bootstrap {}\nsources = [\"bootstrap\", \"bootstrap\"]", []string{`2: Source named twice; The source "bootstrap" is named twice.`}},
		{"no source", "bootstrap {}\nsources = []", []string{"2: No source; The list is empty, so nothing would ever be assumed. Leave it out to use every source in the order of their blocks."}},
		{"profile", "default_chain {\n  profile = \"a]b\"\n}", []string{"2: Invalid profile; A profile is a name of the shared configuration, as in AWS_PROFILE."}},
		{"no token file", "web_identity {}", []string{"1: Missing required argument"}},
		{"empty token file", "web_identity {\n  token_file = \"\"\n}", []string{"2: Invalid token file; The token file is a path, such as /var/run/secrets/eks.amazonaws.com/serviceaccount/token."}},
		{"nothing static", "static {}", []string{"1: Invalid credentials; There is no access key id. Give access_key_id, secret_access_key and, with temporary credentials, session_token; or file."}},
		{"static without a secret", "static { access_key_id = \"A\" }", []string{"1: Invalid credentials; There is no secret access key."}},
		{"static with a bad id", "static {\n  access_key_id = \"A b\"\n  secret_access_key = \"s\"\n}", []string{"2: Invalid credentials; The access key id must be 1 to 128 letters and digits."}},
		{"static with a bad secret", "static {\n  access_key_id = \"A\"\n  secret_access_key = \"s s\"\n}", []string{"2: Invalid credentials; The secret access key or the session token has a character that credentials do not have, or is too long."}},
		{"static twice", "static {\n  file = \"f\"\n  access_key_id = \"A\"\n}", []string{"2: Credentials twice; The credentials are either in the file or in the block."}},
		{"static duration", "static {\n  file = \"f\"\n  duration = \"1s\"\n}", []string{"3: Invalid duration; The duration is what documents say of the life of the credentials: 2s to 12h, such as 1h."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sdktest.Expect(t, sdktest.Start(t, New()).Configure(tt.config+"\n"+oneRole), tt.want...)
		})
	}
	sdktest.Expect(t, sdktest.Start(t, New()).Configure(role1(`external_id = "xx"`, `tags = { a = "b" }`, `sources = ["web_identity"]`)+"\nweb_identity { token_file = \"t\" }"),
		"5: Not sent with a web identity; AssumeRoleWithWebIdentity does not take external_id, tags: tags and source identity are what the token says. They are sent with other sources only.")
}

// What stands in a static block is not shown, whatever is wrong with it.
func TestStaticIsWithheld(t *testing.T) {
	t.Parallel()
	for _, block := range []string{
		"static {\n  access_key_id = \"A\"\n  secret_access_key = [\"SECRET\"]\n}",
		"static {\n  access_key_id = \"A\"\n  secret_acces_key = \"SECRET\"\n}",
		"static {\n  access_key_id = \"A b\"\n  secret_access_key = \"SECRET\"\n}",
	} {
		diags := sdktest.Start(t, New()).Configure(oneRole + "\n" + block)
		if len(diags) == 0 {
			t.Errorf("nothing is wrong with %s", block)
		}
		for _, d := range diags {
			if d.Extra == nil {
				t.Errorf("the source of %q is shown", d.Summary)
			}
		}
	}
}

func TestSTSDiagnostics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.pem")
	if err := os.WriteFile(bad, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, sts string
		want      []string
	}{
		{"regions", `fallback_regions = ["eu-west-1", "eu-north-1"]`, nil},
		{"the same region", `fallback_regions = ["us-east-1"]`, []string{"3: Invalid fallback regions; The fallback regions are other regions than us-east-1, each once, such as eu-west-1."}},
		{"fallback of an endpoint", "fallback_regions = [\"eu-west-1\"]\nendpoint = \"https://sts.example.com\"", []string{"3: Fallback of an endpoint; The endpoint is one for all regions. Remove endpoint, or fallback_regions."}},
		{"proxy", `proxy = "http://user:pass@proxy.example.com:3128"`, nil},
		{"bad proxy", `proxy = "proxy.example.com"`, []string{"3: Invalid proxy; A proxy is a URL such as http://proxy.example.com:3128; https and socks5 are known too."}},
		{"no bundle", `ca_bundle = "none.pem"`, []string{"3: CA bundle cannot be read; " + dir + "/none.pem cannot be read: no such file or directory."}},
		{"bad bundle", `ca_bundle = "bad.pem"`, []string{"3: Invalid CA bundle; " + bad + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)."}},
		{"a folder as bundle", `ca_bundle = "."`, []string{"3: CA bundle cannot be read; " + dir + " is not a regular file."}},
		{"not simulated", `expires_in = "1m"`, []string{"3: Not for the real STS; The argument expires_in is for the simulated STS only. Remove it, or set simulated = true."}},
		{"simulated", "simulated = true\nproxy = \"http://x\"\nca_bundle = \"y\"\nfallback_regions = [\"eu-west-1\"]", []string{
			"4: Not for the simulated STS; The argument proxy is for the real STS only. Remove it, or simulated = true.",
			"5: Not for the simulated STS; The argument ca_bundle is for the real STS only. Remove it, or simulated = true.",
			"6: Not for the simulated STS; The argument fallback_regions is for the real STS only. Remove it, or simulated = true.",
		}},
		{"expires_in", "simulated = true\nexpires_in = \"soon\"", []string{"4: Invalid expires_in; It is what documents say of their end, counted from their issue: -12h to 12h, such as 2m for about to expire or -5m for expired."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := sdktest.Start(t, New())
			p.Dir = dir
			sdktest.Expect(t, p.Configure(oneRole+"\nsts {\n"+tt.sts+"\n}"), tt.want...)
		})
	}
}
