package imds

import (
	"fmt"
	"testing"
)

// TestShapeRows has the rows of the fidelity notes, section 10.5: the shapes of
// request that clients send. Case names quote section and row. Any Host value,
// of row 7, is narrowed to addresses and known names, which guards against web
// pages that rebind a name; the others are in TestWebGuards.
func TestShapeRows(t *testing.T) {
	t.Parallel()
	const (
		leaf  = "/latest/meta-data/ami-id"
		at    = "/latest/api/token"
		life  = "X-aws-ec2-metadata-token-ttl-seconds"
		token = "X-aws-ec2-metadata-token"
	)
	value := plainText("ami-0abcdef1234567890")
	owned := goldenValue(21600, "ami-0abcdef1234567890")
	macs := "/latest/meta-data/network/interfaces/macs"
	goldens := []golden{
		{name: "10.5-1 names in any case, space or none: cloud-utils", request: get(leaf, "X-aws-ec2-metadata-token: $TOKEN"), want: owned},
		{name: "10.5-1 names in any case, space or none: net-utils", request: get(leaf, token+":$TOKEN"), want: owned},
		{name: "10.5-1 names in any case, space or none: lower", request: get(leaf, "x-aws-ec2-metadata-token:$TOKEN"), want: owned},
		{name: "10.5-1 names in any case, space or none: upper, more spaces", request: get(leaf, "X-AWS-EC2-METADATA-TOKEN:   $TOKEN"), want: owned},
		{name: "10.5-1 names in any case, space or none: PUT", request: compose("PUT", at, "x-AWS-ec2-metadata-TOKEN-ttl-SECONDS:60"), want: minted(60)},
		{name: "10.5-1 names in any case, space or none: Host", request: "GET " + leaf + " HTTP/1.1\r\nhOsT:169.254.169.254\r\n\r\n", want: value},

		{name: "10.5-2 directory with slash", request: get(macs + "/"), want: plainText(goldenMAC + "/")},
		{name: "10.5-2 directory without slash", request: get(macs), want: plainText(goldenMAC + "/")},
		{name: "10.5-2 leaf with a trailing slash", request: get(leaf + "/"), want: value},
		{name: "10.5-2 doubled slashes in the middle", request: get("/latest//meta-data//ami-id"), want: value},

		{name: "10.5-3 PUT, length 0, HTTP/1.1", request: compose("PUT", at, life+": 60", "Content-Length: 0"), want: minted(60)},
		{name: "10.5-3 PUT, no length, HTTP/1.1", request: compose("PUT", at, life+": 60"), want: minted(60)},
		{name: "10.5-3 PUT, chunked, HTTP/1.1", request: compose("PUT", at, life+": 60", "Transfer-Encoding: chunked") + "0\r\n\r\n", want: minted(60)},
		{name: "10.5-3 PUT, length 0, HTTP/1.0", request: "PUT " + at + " HTTP/1.0\r\n" + life + ": 60\r\nContent-Length: 0\r\n\r\n", want: minted(60)},
		{name: "10.5-3 PUT, no length, HTTP/1.0", request: "PUT " + at + " HTTP/1.0\r\n" + life + ": 60\r\n\r\n", want: minted(60)},
		{name: "10.5-3 PUT, chunked, HTTP/1.0", request: "PUT " + at + " HTTP/1.0\r\n" + life + ": 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: minted(60)},
		{name: "10.5-3 PUT, with a body", request: compose("PUT", at, life+": 60", "Content-Length: 2") + "{}", want: minted(60)},

		{name: "10.5-5 keep-alive asked for: GET", request: get(leaf, "Connection: keep-alive"), want: value},
		{name: "10.5-5 keep-alive asked for: PUT", request: compose("PUT", at, life+": 60", "Connection: Keep-Alive"), want: minted(60)},
		{name: "10.5-5 keep-alive asked for: nothing there", request: get("/none", "Connection: keep-alive"), want: missing(0)},
		{name: "10.5-5 keep-alive asked for: PUT on another path", request: compose("PUT", at+"/", life+": 60", "Connection: keep-alive"), want: forbidden},
		{name: "10.5-5 keep-alive asked for: proxy", request: get(leaf, "Proxy-Connection: keep-alive"), want: value},

		{name: "10.5-6 through a forward proxy: GET", request: get(leaf, "Via: 1.1 squid", "X-Forwarded-For: 10.0.0.1", "Cache-Control: max-age=0"), want: value},
		{name: "10.5-6 through a forward proxy: GET with a token", request: get(leaf, "X-Forwarded-For: 10.0.0.1", token+": $TOKEN"), want: owned},
		{name: "10.5-6 through a forward proxy: PUT", request: compose("PUT", at, life+": 60", "Via: 1.1 squid", "X-Forwarded-For: 10.0.0.1"), want: forbidden},
		{name: "10.5-6 through a forward proxy: PUT, X-Forwarded-For only", request: compose("PUT", at, life+": 60", "X-Forwarded-For: 10.0.0.1"), want: forbidden},

		{name: "10.5-7 Host: none, HTTP/1.0", request: "GET " + leaf + " HTTP/1.0\r\n\r\n", want: value},
		{name: "10.5-7 Host: none, PUT over HTTP/1.0", request: "PUT " + at + " HTTP/1.0\r\n" + life + ": 5\r\n\r\n", want: minted(5)},
	}
	for _, host := range []string{
		"169.254.169.254", "169.254.169.254:80", "127.0.0.1:1338", "10.1.2.3", "[fd00:ec2::254]", "[fd00:ec2::254]:80", "[::1]:1338",
		"localhost", "instance-data", "instance-data.ec2.internal",
	} {
		goldens = append(goldens, golden{name: "10.5-7 Host: " + host, request: "GET " + leaf + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n", want: value})
	}
	for _, ttl := range []int{5, 60, 100, 300, 900, 21600, 1} {
		goldens = append(goldens, golden{name: fmt.Sprintf("10.5-8 TTL: %d", ttl), request: compose("PUT", at, fmt.Sprintf("%s: %d", life, ttl)), want: minted(ttl)})
	}
	// Row 4: HEAD on every GET path.
	userData := content(0, "application/octet-stream", "Mon, 02 Oct 2023 14:05:18 GMT", "\x1f\x8b\x00\r\n\xff")
	for path, answer := range map[string]string{
		"/": plainText(goldenRoot), "/latest": plainText("dynamic\nmeta-data\nuser-data"), "/latest/meta-data/": plainText(goldenListing),
		"/1.0/meta-data": plainText(goldenListing), leaf: value, leaf + "/": value, "/latest/user-data": userData, "/latest/none": missing(0),
	} {
		goldens = append(goldens, golden{name: "10.5-4 HEAD on " + path, request: compose("HEAD", path), want: headOnly(answer)})
	}
	runGoldens(t, goldenTree(t), goldens)
}
