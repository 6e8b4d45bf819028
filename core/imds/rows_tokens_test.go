package imds

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// TestMintingRows has the rows of the fidelity notes, section 4.1. Hop limits
// are in TestHopLimit. Case names quote section and row.
func TestMintingRows(t *testing.T) {
	t.Parallel()
	const (
		at   = "/latest/api/token"
		life = "X-aws-ec2-metadata-token-ttl-seconds: "
		xff  = "X-Forwarded-For: 10.0.0.1"
	)
	disabled := Settings{EndpointDisabled: true}
	required := Settings{TokensRequired: true}
	put := func(lines ...string) string { return compose("PUT", at, lines...) }
	goldens := []golden{
		{name: "4.1 header names are case-insensitive: lower", request: put("x-aws-ec2-metadata-token-ttl-seconds: 60"), want: minted(60)},
		{name: "4.1 header names are case-insensitive: upper", request: put("X-AWS-EC2-METADATA-TOKEN-TTL-SECONDS: 60"), want: minted(60)},
		{name: "4.1 header names are case-insensitive: mixed", request: put("X-aws-EC2-Metadata-token-TTL-seconds: 60"), want: minted(60)},

		{name: "4.1 header absent", request: put(), want: badRequest},
		{name: "4.1 header empty", request: put(life), want: badRequest},
		{name: "4.1 duplicate headers that agree", request: put(life+"60", life+"60"), want: badRequest},
		{name: "4.1 duplicate headers that differ", request: put(life+"60", life+"61"), want: badRequest},
		{name: "4.1 blanks around", request: put(life + " \t 60 \t "), want: minted(60)},
		{name: "4.1 zeros before", request: put(life + "060"), want: minted(60)},

		{name: "4.1 X-Forwarded-For on the PUT", request: put(life+"60", xff), want: forbidden},
		{name: "4.1 X-Forwarded-For on the PUT: lower case", request: put(life+"60", "x-forwarded-for:10.0.0.1"), want: forbidden},
		{name: "4.1 X-Forwarded-For on the PUT: empty", request: put(life+"60", "X-Forwarded-For:"), want: forbidden},
		{name: "4.1 X-Forwarded-For on the PUT: loopback", request: put(life+"60", "X-Forwarded-For: 127.0.0.1, ::1"), want: forbidden},
		{name: "4.1 X-Forwarded-For is not checked on GET", request: get("/latest/meta-data/ami-id", xff), want: plainText("ami-0abcdef1234567890")},
		{name: "4.1 X-Forwarded-For is not checked on HEAD", request: compose("HEAD", "/latest/meta-data/ami-id", xff), want: headOnly(plainText("ami-0abcdef1234567890"))},
		{name: "4.1 other proxy headers: Forwarded", request: put(life+"60", "Forwarded: for=10.0.0.1"), want: minted(60)},
		{name: "4.1 other proxy headers: Via", request: put(life+"60", "Via: 1.1 proxy (squid)"), want: minted(60)},
		{name: "4.1 other proxy headers: X-Real-IP", request: put(life+"60", "X-Real-IP: 10.0.0.1"), want: minted(60)},
		{name: "4.1 other proxy headers: all on GET", request: get("/latest/meta-data/ami-id", "Via: 1.1 proxy", "X-Real-IP: 10.0.0.1", "Forwarded: for=10.0.0.1"), want: plainText("ami-0abcdef1234567890")},

		{name: "4.1 order: disabled before everything", settings: disabled, request: put(life + "60"), want: forbidden},
		{name: "4.1 order: disabled before path", settings: disabled, request: compose("PUT", "/none"), want: forbidden},
		{name: "4.1 order: disabled before 404", settings: disabled, request: get("/none"), want: forbidden},
		{name: "4.1 order: disabled before method", settings: disabled, request: compose("DELETE", at), want: forbidden},
		{name: "4.1 order: disabled before OPTIONS", settings: disabled, request: compose("OPTIONS", at), want: forbidden},
		{name: "4.1 order: disabled before Expect", settings: disabled, request: put("Expect: 100-continue"), want: forbidden},
		{name: "4.1 order: disabled before TTL", settings: disabled, request: put(life + "0"), want: forbidden},
		{name: "4.1 order: disabled before a bad target", settings: disabled, request: get("/latest%00"), want: forbidden},
		{name: "4.1 order: path before X-Forwarded-For", request: compose("OPTIONS", at, xff), want: allowing("200 OK", "OPTIONS, PUT")},
		{name: "4.1 order: method before X-Forwarded-For", request: compose("POST", at, xff), want: onlyPUT},
		{name: "4.1 order: X-Forwarded-For before Expect", request: put(life+"60", xff, "Expect: 100-continue"), want: forbidden},
		{name: "4.1 order: X-Forwarded-For before TTL", request: put(life+"0", xff), want: forbidden},
		{name: "4.1 order: Expect before TTL", request: put(life+"0", "Expect: 100-continue"), want: unexpected(0)},

		{name: "4.1 bound to the instance", request: get("/", "X-aws-ec2-metadata-token: $FOREIGN"), want: needsToken},
		{name: "4.1 minting again does not invalidate earlier tokens", request: put(life+"60", "X-aws-ec2-metadata-token: $TOKEN"), want: minted(60)},
		{name: "4.2 the token path itself needs no token", settings: required, request: put(life + "60"), want: minted(60)},
		{name: "4.2 the token path itself needs no token: a bad one", settings: required, request: put(life+"60", "X-aws-ec2-metadata-token: x"), want: minted(60)},
		{name: "4.2 the token path itself needs no token: 405", settings: required, request: get(at), want: onlyPUT},
	}
	for _, ttl := range []int{1, 2, 60, 21599, 21600} {
		goldens = append(goldens, golden{name: fmt.Sprintf("4.1 1 <= N <= 21600: %d", ttl), request: put(life + strconv.Itoa(ttl)), want: minted(ttl)})
	}
	for _, ttl := range []string{
		"0", "00", "21601", "99999", "4294967356", "18446744073709551676", "-1", "-60", "+5", "5.0", "5,0", "6e1", "0x3c", "60s", "sixty", "6 0", "60,60", "\u0666\u0660",
	} {
		goldens = append(goldens, golden{name: "4.1 out of bounds or no number: " + ttl, request: put(life + ttl), want: badRequest})
	}
	runGoldens(t, goldenTree(t), goldens)
}

// TestUsingRows has each cell of the table of the fidelity notes, section 4.2,
// with the whole answers to each kind of read.
func TestUsingRows(t *testing.T) {
	t.Parallel()
	const header = "X-aws-ec2-metadata-token: "
	modes := map[string]Settings{
		"optional":              {},
		"required":              {TokensRequired: true},
		"disabled":              {EndpointDisabled: true},
		"disabled and required": {EndpointDisabled: true, TokensRequired: true},
	}
	reads := map[string]struct {
		method, path string
		answer       func(ttl int) string
	}{
		"leaf":      {"GET", "/latest/meta-data/ami-id", func(ttl int) string { return goldenValue(ttl, "ami-0abcdef1234567890") }},
		"directory": {"GET", "/latest/meta-data/", func(ttl int) string { return goldenValue(ttl, goldenListing) }},
		"root":      {"GET", "/", func(ttl int) string { return goldenValue(ttl, goldenRoot) }},
		"nothing":   {"GET", "/latest/none", missing},
		"HEAD":      {"HEAD", "/latest/meta-data/ami-id", func(ttl int) string { return headOnly(goldenValue(ttl, "ami-0abcdef1234567890")) }},
	}
	var goldens []golden
	for _, tt := range []struct {
		row       string
		lines     []string
		later     time.Duration
		remaining int  // that the answer tells
		valid     bool // or no token at all
	}{
		{row: "no token header"},
		{"valid token", []string{header + "$TOKEN"}, 0, 21600, true},
		{"valid token: other spelling", []string{"x-AWS-ec2-METADATA-token:$TOKEN"}, 0, 21600, true},
		{"valid token: later", []string{header + "$TOKEN"}, 25 * time.Second, 21575, true},
		{"valid token: last moment", []string{header + "$TOKEN"}, 21600*time.Second - 1, 1, true},
		{"expired token", []string{header + "$TOKEN"}, 21600 * time.Second, 0, false},
		{"expired token: long ago", []string{header + "$TOKEN"}, 1000 * time.Hour, 0, false},
		{"malformed token", []string{header + "AQAEAx"}, 0, 0, false},
		{"malformed token: longer", []string{header + "$TOKENx"}, 0, 0, false},
		{"malformed token: two of them", []string{header + "$TOKEN, $TOKEN"}, 0, 0, false},
		{"malformed token: two headers", []string{header + "$TOKEN", header + "$TOKEN"}, 0, 0, false},
		{"foreign token", []string{header + "$FOREIGN"}, 0, 0, false},
		{"unknown token", []string{header + "AQAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}, 0, 0, false},
		{"empty header value", []string{header}, 0, 0, false},
		{"token in the wrong case", []string{header + "$LOWERED"}, 0, 0, false},
	} {
		for mode, settings := range modes {
			for kind, r := range reads {
				want := needsToken
				switch {
				case settings.EndpointDisabled:
					want = forbidden
				case tt.valid, len(tt.lines) == 0 && !settings.TokensRequired:
					want = r.answer(tt.remaining)
				}
				if r.method == "HEAD" {
					want = headOnly(want)
				}
				goldens = append(goldens, golden{
					name: "4.2 " + tt.row + ", " + mode + ", " + kind, settings: settings, later: tt.later,
					request: compose(r.method, r.path, tt.lines...), want: want,
				})
			}
		}
	}
	runGoldens(t, goldenTree(t), goldens)
}

// goldenValue is plainText to a request whose token has ttl left.
func goldenValue(ttl int, value string) string {
	return content(ttl, "text/plain", "Mon, 02 Oct 2023 14:05:18 GMT", value)
}
