package guard

import "net/http"

// Browser says whether a web page sent the request: it has an Origin header,
// or a Sec-Fetch-Site header other than "none", which is what a user's own
// click on an address or bookmark has. No metadata client sends either. The
// keys of h must be canonical, as net/http makes them.
//
// See https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header.
func Browser(h http.Header) bool {
	if _, ok := h["Origin"]; ok {
		return true
	}
	for _, site := range h["Sec-Fetch-Site"] {
		if site != "none" {
			return true
		}
	}
	return false
}
