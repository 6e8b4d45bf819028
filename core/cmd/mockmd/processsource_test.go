package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writeScript puts a program of the shell at path.
func writeScript(t *testing.T, path, text string) {
	t.Helper()
	writeFile(t, path, "#!/bin/sh\n"+text)
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

// processProfile makes a profile whose credentials the program prints, and
// returns what tells a daemon of it.
func processProfile(t *testing.T, home, program string) []string {
	t.Helper()
	writeFile(t, filepath.Join(home, ".aws", "config"), "[profile tool]\ncredential_process = "+program+"\n")
	return []string{"HOME=" + home, "AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE=", "AWS_PROFILE=tool"}
}

func printed(key, secret, token string, expires time.Time) string {
	return fmt.Sprintf("cat <<'EOF'\n{\"Version\": 1, \"AccessKeyId\": %q, \"SecretAccessKey\": %q, \"SessionToken\": %q, \"Expiration\": %q}\nEOF\n",
		key, secret, token, expires.UTC().Format(time.RFC3339))
}

// TestCredentialProcess runs a real script: one that prints what is none, then
// one that fails, and then one that works. What it prints is told nowhere.
func TestCredentialProcess(t *testing.T) {
	t.Parallel()
	const key, secret, token = "ASIAPROCESSEXAMPLE01", "processCanary/123456789abcdefghij0123456", "processTokenCanary0123456789"
	s := newSTS(t, time.Hour)
	s.server.AddKey(key, secret, token, "process")
	home := t.TempDir()
	script := filepath.Join(home, "credentials.sh")
	writeScript(t, script, "echo 'garbageCanary "+secret+"'\necho please log in >&2\n")
	d := start(t, chained(s.url, `default_chain {}`), processProfile(t, home, script)...)
	r := d.waitTold("the garbage", func(r toldRole) bool { return r.State == "failing" })
	if r.Error.Class != "needs a human" || r.Error.Message != "the credential chain fails: the output of credential_process is not the JSON object that it must be" ||
		r.Error.Mend != "run the command of credential_process by hand" {
		t.Errorf("garbage is told as %+v", r.Error)
	}
	writeScript(t, script, "echo 'garbageCanary "+secret+"'\nexit 3\n")
	d.act("/refresh", "")
	d.waitTold("the failure", func(r toldRole) bool {
		return r.Error.Message == "the credential chain fails: credential_process failed: process provider error: error in credential_process: exit status 3"
	})
	writeScript(t, script, printed(key, secret, token, time.Now().Add(time.Hour)))
	d.act("/refresh", "")
	d.works(s, "good", success)
	s.signedBy(key)
	// Tools may tell people there what is wrong, and never a secret.
	//
	// See https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html.
	d.waitLine("plugin.iam: please log in", "stream=stderr")
	_, all := get(t, d.admin+"/credentials")
	absent(t, "/credentials", all, secret, token, "garbageCanary")
	absent(t, "the log", d.output(), secret, token, "garbageCanary")
}

// TestCredentialProcessRenews: what the script prints ends, and it is run
// again for the next call.
func TestCredentialProcessRenews(t *testing.T) {
	t.Parallel()
	const secret, token = "processCanary/123456789abcdefghij0123456", "processTokenCanary0123456789"
	s := newSTS(t, 3*time.Second)
	for _, n := range []string{"1", "2", "3"} {
		s.server.AddKey("ASIAPROCESSRUN"+n, secret, token, "process")
	}
	home := t.TempDir()
	script, runs := filepath.Join(home, "credentials.sh"), filepath.Join(home, "runs")
	writeScript(t, script, fmt.Sprintf(`echo run >> %[1]s
n=$(wc -l < %[1]s | tr -d ' ')
[ "$n" -le 3 ] || n=3
end=$(date -u -d '+2 seconds' +%%Y-%%m-%%dT%%H:%%M:%%SZ 2>/dev/null || date -u -v +2S +%%Y-%%m-%%dT%%H:%%M:%%SZ)
echo "{\"Version\": 1, \"AccessKeyId\": \"ASIAPROCESSRUN$n\", \"SecretAccessKey\": \"%[2]s\", \"SessionToken\": \"%[3]s\", \"Expiration\": \"$end\"}"
`, runs, secret, token))
	d := start(t, chained(s.url, `default_chain {}`), processProfile(t, home, script)...)
	d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
	r := d.readGood(1, nil)
	s.signedBy("ASIAPROCESSRUN3")
	t.Logf("%d reads over three runs of the script", r.stop())
}
