package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/wire"
)

// What may be a secret is not printed, in whichever form it is written.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const plugin = "plugin \"identity\" {}\n"
	cases := map[string]struct{ instance, shown string }{
		"private key as heredoc": {
			"key_name = \"web\"\n  public_key = <<EOT\n-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n-----END OPENSSH PRIVATE KEY-----\nEOT",
			"line 3, in instance:\n   3:   public_key = (not shown)\n\nThis is a private key.",
		},
		"private key alone": {
			"public_key = \"-----BEGIN RSA PRIVATE KEY-----CANARY\"",
			"line 2, in instance:\n   2:   public_key = (not shown)\n\nThis is a private key.",
		},
		"key without a name": {
			"public_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJFpQ+TQlLGJcdRvXnGpDYiLOL4VWRUaFZx6IM8yIbSk CANARY\"",
			"   2:   public_key = (not shown)\n",
		},
		"key of another algorithm": {
			"key_name = \"web\"\n  public_key = \"CANARY AAAA\"",
			"   3:   public_key = (not shown)\n\nThe line does not begin with an algorithm",
		},
		"long user data": {
			"user_data = \"" + strings.Repeat("CANARY", 3000) + "\"",
			"   2:   user_data = (not shown)\n\nThe user data have 18000 bytes",
		},
		"function that repeats it": {
			"public_key = parseint(\"CANARY\", 10)",
			"   2:   public_key = (not shown)\n\nInvalid value for \"number\" parameter. Why is not shown",
		},
		"wrong type": {"user_data = [\"CANARY\"]", "   2:   user_data = (not shown)\n"},
		"twice":      {"user_data = \"a\"\n  user_data = \"CANARY\"", "   3:   user_data = (not shown)\n"},
		"misspelt":   {"userdata = \"CANARY\"", "   2:   userdata = (not shown)\n"},
		"template":   {"user_data = \"CANARY ${nosuch}\"", "   2:   user_data = (not shown)\n"},
		"torn":       {"user_data = \"CANARY", "   2:   user_data = (not shown)"},
		"user data that are not base64": {
			"user_data_base64 = \"CANARY=\"",
			"   2:   user_data_base64 = (not shown)\n\nThis is not base64.",
		},
		"user data twice": {
			"user_data = \"CANARY\"\n  user_data_base64 = base64encode(\"CANARY\")",
			"   3:   user_data_base64 = (not shown)\n\nuser_data is given as well.",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, printed := load(t, folder(t), "instance {\n  "+c.instance+"\n}\n"+plugin)
			if strings.Contains(printed, "CANARY") {
				t.Errorf("%s: the secret is printed:\n%s", name, printed)
			}
			if !strings.Contains(printed, c.shown) {
				t.Errorf("%s: printed\n%s\nwant\n%s", name, printed, c.shown)
			}
		})
	}
}

// Where the place of a secret is not a place of the file, no source is shown.
func TestSecretsAtStrangePlaces(t *testing.T) {
	t.Parallel()
	sources, name := sourcesOf(t)
	for _, r := range []*hcl.Range{
		nil, at(name, 3, 5, 30, 1<<30), at(name, 3, 5, 1<<30, 1<<30), at(name, 3, 5, 31, 30), at(name, 3, 5, -1, 2), at("elsewhere", 3, 5, 30, 31),
	} {
		var b bytes.Buffer
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "odd", Subject: r, Context: at(name, 1, 1, 0, 40), Extra: wire.Withheld{}}
		if err := sources.Write(&b, hcl.Diagnostics{d}, false, 0); err != nil {
			t.Errorf("subject %v: %v", r, err)
		}
		if strings.Contains(b.String(), "a = 1") || !strings.HasPrefix(b.String(), "Error: odd\n") {
			t.Errorf("subject %v: printed\n%s", r, b.String())
		}
	}
}
