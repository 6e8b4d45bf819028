package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// echo stands before an STS and, when it is told to, repeats in an error what
// it was asked, as services and proxies have been seen to do.
type echo struct {
	next http.Handler

	mu   sync.Mutex
	mode string          // see answer; empty passes on
	seen map[string]bool // "MODE ROLE" that were repeated
	said strings.Builder // all that was repeated
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	e.mu.Lock()
	mode := e.mode
	if mode == "" || form.Get("Action") == "GetCallerIdentity" {
		e.mu.Unlock()
		e.next.ServeHTTP(w, r)
		return
	}
	defer e.mu.Unlock()
	arn := form.Get("RoleArn")
	e.seen[mode+" "+arn[strings.LastIndexByte(arn, '/')+1:]] = true
	text := repeated(r, form, string(body))
	e.said.WriteString(text)
	answer(w, mode, text)
}

// repeated is the request, secrets first, so that nothing is saved by being
// cut off.
func repeated(r *http.Request, form url.Values, body string) string {
	return fmt.Sprintf("%s\n%s\n%s\n%s\nThe canonical string for this request should have been '%s\n/\n%s\n%s'",
		form.Get("WebIdentityToken"), form.Get("TokenCode"), r.Header.Get("X-Amz-Security-Token"), body,
		r.Method, body, r.Header.Get("Authorization"))
}

func answer(w http.ResponseWriter, mode, text string) {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(text))
	switch mode {
	case "signature":
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>", escaped.String())
	case "code":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>m</Message></Error></ErrorResponse>", escaped.String())
	case "gateway":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprintf(w, "<html><head><title>%s</title></head><body><pre>%s</pre></body></html>", escaped.String(), escaped.String())
	case "torn":
		fmt.Fprintf(w, "<AssumeRoleResponse><AssumeRoleResult><Credentials><%s", text)
	case "odd":
		fmt.Fprintf(w, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>%[1]s</AccessKeyId><SecretAccessKey>%[1]s</SecretAccessKey>"+
			"<SessionToken>%[1]s</SessionToken><Expiration>%[1]s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>", escaped.String())
	case "elsewhere":
		w.Header().Set("Location", "https://elsewhere.invalid/?"+url.QueryEscape(text))
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

func echoModes() []string {
	return []string{"signature", "code", "gateway", "torn", "odd", "elsewhere"}
}

// set begins to repeat, or ends it.
func (e *echo) set(mode string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mode = mode
}

// wait returns once the requests of all the roles were repeated.
func (e *echo) wait(d *daemon, mode string, roles ...string) {
	d.t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for {
		e.mu.Lock()
		missing := slices.DeleteFunc(slices.Clone(roles), func(r string) bool { return e.seen[mode+" "+r] })
		e.mu.Unlock()
		switch {
		case len(missing) == 0:
			return
		case time.Now().After(deadline):
			d.t.Fatalf("mode %s: nothing came of %q", mode, missing)
		}
		time.Sleep(5 * time.Millisecond) // the roles take turns
	}
}
