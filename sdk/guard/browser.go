package guard

import (
	"net/http"
	"strings"
)

// Browser says whether a web page sent the request: it has an Origin header,
// or a Sec-Fetch-Site header other than "none", which is what a user's own
// click on an address or bookmark has. No metadata client sends either. The
// keys of h must be canonical, as net/http makes them.
//
// See https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header.
func Browser(h http.Header) bool {
	for _, name := range []string{headerOrigin, headerFetchSite} {
		for _, value := range h[name] {
			if BrowserField(name, value) {
				return true
			}
		}
	}
	return false
}

// BrowserField is [Browser] for one header field, by its name, in any case, and
// its value without blanks around it.
func BrowserField(name, value string) bool {
	return strings.EqualFold(name, headerOrigin) || strings.EqualFold(name, headerFetchSite) && value != "none"
}

const (
	headerOrigin    = "Origin"
	headerFetchSite = "Sec-Fetch-Site"
)
