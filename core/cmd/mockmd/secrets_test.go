package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// What is looked for, beside what the sources of other tests have.
const (
	proxyPassword  = "proxyCanary0123456789"
	adminToken     = "adminTokenCanary0123456789abcdef"
	bootstrapToken = "bootstrapTokenCanary0123456789+/=="
	envSecret      = "envCanary/0123456789abcdef0123456789abcd"
	processSecret  = "processCanary/123456789abcdefghij0123456"
	processToken   = "processTokenCanary0123456789"
	firstCode      = "926535"
	secondCode     = "897932"
)

// vault is a daemon with every secret that there is.
type vault struct {
	t    *testing.T
	s    *testSTS
	echo *echo
	d    *daemon
	tmp  string
	jwt  string
}

// TestSecretsStayInside runs everything that handles secrets, with faults that
// repeat them and with the log at trace, and looks for them wherever they must
// not be.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	outside := map[string]string{"answers to malformed bodies": v.malformed()}
	v.d.bootstrap()
	// A temporary set, which STS knows, and then the long-term one again.
	v.s.server.AddKey("ASIABOOTSTRAP", bootstrapSecret, bootstrapToken, "bootstrap")
	v.d.act("/bootstrap/creds", fmt.Sprintf(`{"AccessKeyId": "ASIABOOTSTRAP", "SecretAccessKey": %q, "Token": %q}`, bootstrapSecret, bootstrapToken))
	v.s.signedBy("ASIABOOTSTRAP")
	v.d.bootstrap()
	r := v.d.read(1, nil)
	v.faults(outside)
	v.d.act("/mfa", `{"Role": "device", "Code": "`+secondCode+`"}`)
	v.s.wait("the role with a device", func(calls []stssim.Call) bool {
		for _, c := range granted(calls) {
			if c.HasTokenCode {
				return true
			}
		}
		return false
	})
	v.ask(outside)
	kept := waitFile(t, keptIn(v.d.dir), func(string) bool { return true })
	v.processes(outside)
	v.files(outside)
	r.stop()
	v.d.stop()
	outside["the output of mockmd"] = v.d.output()

	secrets := []string{
		bootstrapSecret, bootstrapToken, processSecret, processToken, ssoSecret, ssoSessionToken, "loginCanary", "refreshCanary", "clientCanary",
		staticSecret, staticToken, proxyPassword, adminToken, firstCode, secondCode, v.jwt, strings.Split(v.jwt, ".")[2], envSecret,
	}
	for s := range r.secrets {
		secrets = append(secrets, s)
	}
	for _, m := range regexp.MustCompile(`"(?:secret|token)":"([^"]+)"`).FindAllStringSubmatch(kept, -1) {
		secrets = append(secrets, m[1])
	}
	for where, text := range outside {
		absent(t, where, text, secrets...)
	}
	v.teeth(r, kept)
	t.Logf("%d secrets looked for in %d places", len(secrets), len(outside))
}

// teeth checks that the test has seen what it looks for.
func (v *vault) teeth(r *readers, kept string) {
	v.t.Helper()
	if len(r.secrets) < 4 || strings.Count(kept, `"secret"`) < 6 {
		v.t.Errorf("%d secrets were read and %d kept: the test has no teeth", len(r.secrets), strings.Count(kept, `"secret"`))
	}
	for _, secret := range []string{v.jwt, firstCode, bootstrapToken, processToken, ssoSessionToken} {
		if !strings.Contains(v.echo.said.String(), secret) && secret != bootstrapToken {
			v.t.Errorf("%.12s… was never repeated: the test has no teeth", secret)
		}
	}
	for _, id := range []string{bootstrapKey, "ASIAPROCESSEXAMPLE01", staticKey, "ASIASSOEXAMPLE"} {
		if !strings.Contains(v.d.output(), id) {
			v.t.Errorf("the log does not name %s: the test looks in the wrong place", id)
		}
	}
}

// openVault starts the daemon: each role has a source of its own, and STS is
// behind a proxy.
func openVault(t *testing.T) *vault {
	t.Helper()
	i := newIssuer(t)
	s := newSTS(t, 20*time.Second, i.known)
	s.server.AddKey(chainKey, envSecret, "", "env")
	s.server.AddKey("ASIAPROCESSEXAMPLE01", processSecret, processToken, "process")
	v := &vault{t: t, s: s, tmp: shortDir(t), jwt: i.token("pod", time.Now().Add(time.Hour)), echo: &echo{next: s.server, seen: map[string]bool{}}}
	home := t.TempDir()
	script := filepath.Join(home, "credentials.sh")
	writeScript(t, script, printed("ASIAPROCESSEXAMPLE01", processSecret, processToken, time.Now().Add(time.Hour)))
	writeFile(t, filepath.Join(home, ".aws", "config"), ssoConfig+"\n[profile tool]\ncredential_process = "+script+"\n")
	o := newSSO(t, s, time.Hour)
	o.login(t, home, "loginCanary", time.Now().Add(time.Hour))
	writeFile(t, filepath.Join(home, "token"), v.jwt)
	writeFile(t, filepath.Join(home, "admin"), adminToken)
	ca := newAuthority(t, "mockmd test")
	p := newProxy(t, proxyPassword, ca.serve(v.echo))
	v.d = start(t, strings.Replace(withRole(vaultRoles(home, "http://me:"+proxyPassword+"@"+p.url, ca.bundle())),
		`admin    { address = "127.0.0.1:0" }`, "admin {\n  address    = \"127.0.0.1:0\"\n  token_file = \""+filepath.Join(home, "admin")+"\"\n}", 1)+
		"plugin \"identity\" {}\nplugin \"placement\" {}\n",
		append(ssoEnv(home, o.url), "TMPDIR="+v.tmp, "AWS_ACCESS_KEY_ID="+chainKey, "AWS_SECRET_ACCESS_KEY="+envSecret)...)
	return v
}

func vaultRoles(home, proxy, bundle string) string {
	out := "bootstrap {}\ndefault_chain { name = \"env\" }\n"
	for _, profile := range []string{"tool", "corp"} {
		out += "default_chain {\n  name    = \"" + profile + "\"\n  profile = \"" + profile + "\"\n}\n"
	}
	out += "web_identity {\n  name       = \"pod\"\n  token_file = \"" + filepath.Join(home, "token") + "\"\n}\n" +
		fmt.Sprintf("static {\n  name = \"fixed\"\n  access_key_id = %q\n  secret_access_key = %q\n  session_token = %q\n}\n", staticKey, staticSecret, staticToken) +
		"sts {\n  endpoint  = \"https://" + stsHost + "\"\n  proxy     = \"" + proxy + "\"\n  ca_bundle = \"" + bundle + "\"\n}\nstate_file = \"credentials.json\"\n" +
		"role \"app\" {\n  arn     = \"arn:aws:iam::123456789012:role/app\"\n  sources = [\"bootstrap\"]\n}\n" +
		"role \"device\" {\n  arn        = \"arn:aws:iam::123456789012:role/device\"\n  sources    = [\"bootstrap\"]\n  mfa_serial = \"arn:aws:iam::123456789012:mfa/alice\"\n}\n"
	for _, source := range []string{"env", "tool", "corp", "pod", "fixed"} {
		out += "role \"" + source + "\" {\n  arn     = \"arn:aws:iam::123456789012:role/" + source + "\"\n  sources = [\"" + source + "\"]\n}\n"
	}
	return out
}

// malformed writes what no action takes, and returns the answers.
func (v *vault) malformed() string {
	v.t.Helper()
	answers := ""
	for path, bodies := range map[string][]string{
		"/bootstrap/creds": {
			`{"AccessKeyId": "", "SecretAccessKey": "` + bootstrapSecret + `"}`,
			`{"AccessKeyId": "AKIA", "SecretAccessKey": "` + bootstrapSecret + `", "Extra": 1}`,
			`{"AccessKeyId": "AKIA", "SecretAccessKey": "` + bootstrapSecret,
			`{"SecretAccessKey": "` + bootstrapSecret + `", "SecretAccessKey": "` + bootstrapSecret + `"}`,
			`{"` + bootstrapSecret + `": "x"}`,
			bootstrapSecret,
		},
		"/mfa":     {`{"Code": "` + firstCode + ` "}`, `{"Code": "` + firstCode, `{"` + firstCode + `": "Code"}`, firstCode},
		"/refresh": {`{"Role": "` + bootstrapSecret, `{"` + bootstrapSecret + `": ""}`, `{"Role": "` + bootstrapSecret + `"}`},
		"/forget":  {`{"` + bootstrapSecret + `": ""}`, bootstrapSecret},
	} {
		for _, body := range bodies {
			status, answer := request(v.t, http.MethodPost, v.d.admin+path, body, "Authorization", "Bearer "+adminToken)
			if status != http.StatusBadRequest && status != http.StatusConflict {
				v.t.Errorf("POST %s of a malformed body: %d %s", path, status, answer)
			}
			answers += answer
		}
	}
	return answers
}

// faults has every request repeated in every way, and the faults of the
// simulation besides.
func (v *vault) faults(outside map[string]string) {
	v.t.Helper()
	roles := []string{"app", "env", "tool", "corp", "pod"}
	for _, mode := range echoModes() {
		v.echo.set(mode)
		v.d.act("/refresh", "")
		if mode == "signature" {
			v.d.act("/mfa", `{"Role": "device", "Code": "`+firstCode+`"}`)
			v.echo.wait(v.d, mode, "device")
		}
		v.echo.wait(v.d, mode, roles...)
		v.ask(outside)
	}
	v.echo.set("")
	for _, fault := range []stssim.FaultKind{stssim.Denied, stssim.Malformed, stssim.Truncated, stssim.Incomplete, stssim.BadGateway} {
		n := len(v.s.soFar())
		v.s.set(fault)
		v.d.act("/refresh", "")
		v.s.wait(fault.String(), func(c []stssim.Call) bool { return lastCode(c[n:]) == fault.String() })
		v.ask(outside)
	}
	v.s.set(0)
	n := len(v.s.soFar())
	v.d.act("/refresh", "")
	v.s.wait("recovery", func(c []stssim.Call) bool { return len(granted(c[n:])) >= len(roles) })
}

// ask collects what the daemon tells whoever asks.
func (v *vault) ask(outside map[string]string) {
	v.t.Helper()
	for _, path := range []string{"/status", "/readyz", "/healthz", "/credentials", "/bootstrap/creds", "/events", "/refresh", "/none"} {
		_, answer := get(v.t, v.d.admin+path, "Authorization", "Bearer "+adminToken)
		outside["the answers of "+path] += answer
	}
	outside["the answers of /none"] += func() string {
		_, answer := get(v.t, v.d.admin+"/none", "Authorization", "Bearer wrong"+adminToken)
		return answer
	}()
}

// processes collects what anybody may see of the processes.
func (v *vault) processes(outside map[string]string) {
	v.t.Helper()
	_, text, errs := v.d.status()
	outside["mockmd status"] = text + errs
	cmd := command(v.t, v.d.dir, nil, "validate")
	said, _ := cmd.CombinedOutput()
	outside["mockmd validate"] = string(said)
	if runtime.GOOS != "linux" {
		v.t.Log("NOT RUN: there is no /proc here to look at")
		return
	}
	pids := v.d.pids("identity", "placement", "iam")
	pids["the core"] = v.d.cmd.Process.Pid
	for name, pid := range pids {
		for _, file := range []string{"cmdline", "environ"} {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil && !os.IsNotExist(err) && !os.IsPermission(err) {
				v.t.Error(err)
			}
			if file == "environ" && (name == "iam" || name == "the core") {
				// They have what the operator has put into the environment, and nothing more.
				text = []byte(strings.ReplaceAll(string(text), envSecret, "as given"))
			}
			outside[file+" of "+name] = string(text)
		}
		limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
			v.t.Errorf("%s may leave a core file: %v\n%s", name, err, limits)
		}
		info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
		if err != nil {
			v.t.Error(err)
		} else if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 { // what is not dumpable belongs to root
			v.t.Errorf("%s is dumpable: its folder in /proc belongs to %d", name, owner)
		}
	}
}

// files collects what was written, the state file excepted.
func (v *vault) files(outside map[string]string) {
	v.t.Helper()
	for _, root := range []string{filepath.Join(v.d.dir, "state"), v.tmp} {
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || path == keptIn(v.d.dir) {
				return err
			}
			text, err := os.ReadFile(path)
			outside["the file "+path] = string(text)
			return err
		})
		if err != nil {
			v.t.Error(err)
		}
	}
}
