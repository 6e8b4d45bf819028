package guard

import (
	"net/http"
	"testing"
)

func TestBrowser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		h    http.Header
		want bool
	}{
		{"no header", http.Header{}, false},
		{"a client's headers", http.Header{"User-Agent": {"curl"}, "Accept": {"*/*"}}, false},
		{"origin", http.Header{"Origin": {"http://evil.example"}}, true},
		{"opaque origin", http.Header{"Origin": {"null"}}, true},
		{"empty origin", http.Header{"Origin": {""}}, true},
		{"address bar", http.Header{"Sec-Fetch-Site": {"none"}}, false},
		{"same origin", http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		{"cross site", http.Header{"Sec-Fetch-Site": {"cross-site"}}, true},
		{"empty site", http.Header{"Sec-Fetch-Site": {""}}, true},
		{"two sites", http.Header{"Sec-Fetch-Site": {"none", "cross-site"}}, true},
	} {
		if got := Browser(tt.h); got != tt.want {
			t.Errorf("%s: Browser = %t, want %t", tt.name, got, tt.want)
		}
	}
}
