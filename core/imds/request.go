package imds

import (
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/mockmd/mockmd/sdk/guard"
)

// request is what the head of a request says, as far as any answer depends on
// it. Nobody reads a body.
type request struct {
	method, target string
	host           string // empty when the request names none
	body           bool   // there is one behind the head
	closes         bool   // the client wants no further answer on the connection
	token          field  // the session token
	tokenTTL       field  // the life of the one that is asked for
	forwarded      bool   // it came through a proxy
	expects        bool   // the client waits before it sends the body
	browser        bool   // a web page has sent it
}

// field is a header field that an answer depends on.
type field struct {
	lines int    // that have it
	value string // of the last of them
}

func (f *field) add(value string) { f.lines, f.value = f.lines+1, value }

// Header names, of which the case does not matter.
const (
	headerToken    = "X-aws-ec2-metadata-token"             //nolint:gosec // a name, not a token
	headerTokenTTL = "X-aws-ec2-metadata-token-ttl-seconds" //nolint:gosec // a name, not a token
	headerForward  = "X-Forwarded-For"
)

// parseRequest reads the head of a request, which is one that a [headScanner]
// has passed. What two parsers would read in two ways is malformed, as RFC
// 9112, section 11.2, wants it: more than one host, or anything but one plain
// length or one chunked encoding.
func parseRequest(head string) (r request, err error) {
	var hosts, framings int
	var keeps, chunked, trailers bool
	line, rest := cutLine(head)
	r.method, line, _ = strings.Cut(line, " ")
	r.target, line, _ = strings.Cut(line, " ")
	old := line == "HTTP/1.0"
	for line, rest = cutLine(rest); line != ""; line, rest = cutLine(rest) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		switch {
		case is(name, "Host"):
			hosts++
			r.host = value
		case is(name, "Content-Length"):
			framings++
			length, err := strconv.ParseUint(value, 10, 63)
			if err != nil {
				return r, errBadHead
			}
			r.body = r.body || length > 0
		case is(name, "Transfer-Encoding"):
			framings++
			r.body = true
			if chunked = !old; chunked && !is(value, "chunked") { // HTTP/1.0 has no encodings
				return r, errBadHead
			}
		case is(name, "Trailer"):
			trailers = trailers || reframes(value)
		case is(name, "Connection"):
			r.closes = r.closes || says(value, "close")
			keeps = keeps || says(value, "keep-alive")
		case is(name, headerToken):
			r.token.add(value)
		case is(name, headerTokenTTL):
			r.tokenTTL.add(value)
		case is(name, headerForward):
			r.forwarded = true
		case is(name, "Expect"):
			r.expects = true
		default:
			r.browser = r.browser || guard.BrowserField(name, value)
		}
	}
	if hosts > 1 || framings > 1 || trailers && chunked {
		return r, errBadHead
	}
	r.closes = r.closes || old && !keeps
	return r, nil
}

// cutLine cuts the first line off, of which the end may be a bare line feed.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// is compares a name, of which the scanner has seen that it is all ASCII.
func is(name, want string) bool { return len(name) == len(want) && strings.EqualFold(name, want) }

// says tells whether a list, such as that of Connection, has an element.
func says(list, element string) bool {
	return httpguts.HeaderValuesContainsToken([]string{list}, element)
}

// reframes tells whether a list of trailers has one that frames the body.
func reframes(list string) bool {
	for name := range strings.SplitSeq(list, ",") {
		name = strings.Trim(name, " \t")
		if is(name, "Content-Length") || is(name, "Transfer-Encoding") || is(name, "Trailer") {
			return true
		}
	}
	return false
}
