package stssim

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// read reads the request. It leaves the body readable for [Options.Fault].
func (x *exchange) read() *apiError {
	r := x.request
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return errorf(http.StatusMethodNotAllowed, "InvalidAction", "The STS Query protocol is spoken by POST and GET.")
	}
	if r.URL.Path != "/" {
		return errorf(http.StatusNotFound, "InvalidAction", "The STS Query protocol is spoken at the path /.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return errorf(http.StatusBadRequest, "RequestTimeout", "The request was not received whole.")
	}
	if len(body) > maxBody {
		return errorf(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request has more than %d bytes.", maxBody)
	}
	r.Body = newReplay(body)
	x.form, x.body = r.URL.Query(), body
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return errorf(http.StatusBadRequest, "MalformedQueryString", "The form cannot be read.")
		}
		for name, values := range posted {
			x.form[name] = append(values, x.form[name]...)
		}
	}
	return nil
}

// replay is a request body that was read and can be read again.
type replay struct{ *bytes.Reader }

func newReplay(body []byte) io.ReadCloser { return replay{bytes.NewReader(body)} }

func (replay) Close() error { return nil }
