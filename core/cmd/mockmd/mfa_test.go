package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestMFA: the role waits for a code, which somebody posts; it works once.
func TestMFA(t *testing.T) {
	t.Parallel()
	const serial, good, bad = "arn:aws:iam::123456789012:mfa/alice", "271828", "314159"
	s := newSTS(t, time.Hour)
	s.server.AddMFADevice(serial, "bootstrap", func(code string) bool { return code == good })
	d := start(t, withRole(`
role "app" {
  arn        = "arn:aws:iam::123456789012:role/app"
  mfa_serial = "`+serial+`"
}
sts { endpoint = "`+s.url+`" }
`))
	d.bootstrap()
	r := d.waitTold("that a code is needed", func(r toldRole) bool { return r.Error.Code == "MFARequired" })
	if r.Error.Class != "needs a human" || r.Error.Mend != `POST {"Role": "app", "Code": "123456"} with the device's code to /mfa` || !strings.Contains(r.Error.Message, serial) {
		t.Errorf("told as %+v", r.Error)
	}
	if doc := d.role(); doc.Code != "Internal" || !strings.Contains(doc.Message, "/mfa") {
		t.Errorf("without a code %+v is served", doc)
	}
	if code, stdout, _ := d.status(); code != exitFailed && !strings.Contains(stdout, "MFARequired") {
		t.Errorf("mockmd status: %d %s", code, stdout)
	}
	answers := ""
	for body, want := range map[string]int{
		`{"Role": "app", "Code": "` + good + `x"}`:   http.StatusBadRequest,
		`{"Role": "other", "Code": "` + good + `"}`:  http.StatusConflict,
		`{"Role": "app", "Code": "` + good + `"`:     http.StatusBadRequest,
		`{"Role": "app", "PIN": "` + good + `"}`:     http.StatusBadRequest,
		`{"Role": "app", "Code": ["` + good + `"]}`:  http.StatusBadRequest,
		`{"Code": "` + good + `", "Code": "123456"}`: http.StatusBadRequest,
	} {
		status, answer := request(t, http.MethodPost, d.admin+"/mfa", body)
		if status != want {
			t.Errorf("POST /mfa %s: %d %s, want %d", body, status, answer, want)
		}
		answers += answer
	}
	d.act("/mfa", `{"Role": "app", "Code": "`+bad+`"}`)
	d.waitTold("that the code is wrong", func(r toldRole) bool {
		return strings.Contains(r.Error.Message, "MultiFactorAuthentication failed with invalid MFA one time pass code")
	})
	d.act("/mfa", `{"Code": "`+good+`"}`) // there is one role only
	first := d.works(s, "good", success)
	// A renewal is signed by the session, which needs no code.
	d.act("/refresh", "")
	second := d.works(s, "new", func(doc document) bool { return doc.AccessKeyID != first.AccessKeyID })
	calls := granted(s.soFar())
	if c := calls[0]; c.SerialNumber != serial || !c.HasTokenCode {
		t.Errorf("the first session has %+v", c)
	}
	if c := calls[len(calls)-1]; c.SerialNumber != "" || c.AccessKeyID != first.AccessKeyID {
		t.Errorf("the renewal has %+v", c)
	}
	// A code is used once: from the beginning, another one is needed.
	d.act("/forget", "")
	d.bootstrap()
	d.waitTold("that a code is needed", func(r toldRole) bool { return r.Error.Code == "MFARequired" })
	d.act("/mfa", `{"Code": "`+good+`"}`)
	d.waitTold("that the code was used", func(r toldRole) bool { return strings.Contains(r.Error.Message, "invalid MFA one time pass code") })
	absent(t, "the log", d.output(), good, bad, second.SecretAccessKey)
	absent(t, "the answers", answers, good)
}
