package imds

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/core/router"
)

// TestStatusRows has the rows of the fidelity notes, section 4.3, each spelled
// out in full.
func TestStatusRows(t *testing.T) {
	t.Parallel()
	const ttl = "X-aws-ec2-metadata-token-ttl-seconds: "
	goldens := []golden{
		{
			name: "4.3 200 text/plain", request: get("/latest/meta-data/services/domain"),
			want: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nAccept-Ranges: none\r\nLast-Modified: Mon, 02 Oct 2023 14:05:18 GMT\r\n" +
				"Content-Length: 13\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\nServer: EC2ws\r\nConnection: close\r\n\r\namazonaws.com",
		},
		{
			name: "4.3 200 application/octet-stream", request: get("/latest/user-data", "X-aws-ec2-metadata-token: $TOKEN"),
			want: "HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nContent-Type: application/octet-stream\r\nAccept-Ranges: none\r\n" +
				"Last-Modified: Mon, 02 Oct 2023 14:05:18 GMT\r\nContent-Length: 6\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\n\r\n\x1f\x8b\x00\r\n\xff",
		},
		{
			name: "4.3 200 token", request: compose("PUT", "/latest/api/token", ttl+"300"),
			want: "HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300\r\nContent-Length: 56\r\n" +
				"Date: Mon, 02 Oct 2023 14:32:45 GMT\r\nServer: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n$TOKEN",
		},
		{
			name: "4.3 400 Bad Request", request: compose("PUT", "/latest/api/token"),
			want: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n",
		},
		{
			name: "4.3 401, no WWW-Authenticate", settings: Settings{TokensRequired: true}, request: get("/"),
			want: "HTTP/1.1 401 " + http.StatusText(http.StatusUnauthorized) + "\r\nContent-Length: 0\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n",
		},
		{
			name: "4.3 403 Forbidden", settings: Settings{EndpointDisabled: true}, request: get("/"),
			want: "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n",
		},
		{
			name: "4.3 405 Not Allowed, Allow first", request: compose("DELETE", "/latest/meta-data/"),
			want: "HTTP/1.1 405 Not Allowed\r\nAllow: GET, HEAD, OPTIONS\r\nContent-Length: 0\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n",
		},
		{
			name: "4.3 404 Not Found, and 4.4 its page", request: get("/latest/meta-data/none"),
			want: "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 339\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\n\r\n" +
				"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n" +
				"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n" +
				"\t\t \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n" +
				"<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n" +
				" <head>\n  <title>404 - Not Found</title>\n </head>\n" +
				" <body>\n  <h1>404 - Not Found</h1>\n </body>\n</html>\n",
		},
		{
			name: "4.3 417 Expectation Failed, and 4.4 its page", request: compose("PUT", "/latest/api/token", ttl+"60", "Expect: 100-continue"),
			want: "HTTP/1.1 417 Expectation Failed\r\nContent-Type: text/html\r\nContent-Length: 357\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
				"Server: EC2ws\r\nConnection: close\r\n\r\n" +
				"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n" +
				"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n" +
				"\t\t \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n" +
				"<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n" +
				" <head>\n  <title>417 - Expectation Failed</title>\n </head>\n" +
				" <body>\n  <h1>417 - Expectation Failed</h1>\n </body>\n</html>\n",
		},
	}
	runGoldens(t, goldenTree(t), goldens)
}

// The row of 503 is not one of the tree: it is the answer when nobody can say
// what stands at a path.
func TestUnavailableRow(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp4", "tcp6"} {
		f := newFixture(func(o *Options) {
			o.View = fakeTree{"/latest/x": live}
			o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) { return Value{}, errors.New("stopped") }
		})
		token := f.tokens.Mint(MaxTTL)
		address := f.listen(t, network, nil)
		want := "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nDate: Mon, 02 Oct 2023 14:32:45 GMT\r\n" +
			"Server: EC2ws\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"
		if got := exchange(t, address, get("/latest/x")); got != want {
			t.Errorf("4.3 503 over %s:\n got %q\nwant %q", network, got, want)
		}
		want = strings.Replace(want, "\r\n", "\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\n", 1)
		if got := exchange(t, address, get("/latest/x", "X-aws-ec2-metadata-token: "+token)); got != want {
			t.Errorf("4.3 503 with a token over %s:\n got %q\nwant %q", network, got, want)
		}
	}
}
