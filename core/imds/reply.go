package imds

import (
	"net/http"
	"strconv"
)

// reply is an answer before it is bytes. The header lines stand in it as the
// real service orders them: TTL, head, Date, Server, Connection, tail.
type reply struct {
	code int
	line string // status line
	ttl  int64  // seconds that the token still lives; 0 is no such line
	head []byte // lines before Date
	tail string // lines after Connection
	body []byte
	hops int          // hop limit of this answer; 0 leaves it
	read *auditedRead // nil: the log need not tell of it
}

// The answers that are always the same. All is from captures of the real
// service, "405 Not Allowed" too.
var (
	replyOptions       = emptyReply(200, "OK", "Allow: OPTIONS, GET, HEAD\r\n")
	replyOptionsToken  = emptyReply(200, "OK", allowPUT)
	replyBadRequest    = emptyReply(400, "Bad Request", "")
	replyUnauthorized  = emptyReply(401, http.StatusText(http.StatusUnauthorized), "") // net/http has the American spelling
	replyForbidden     = emptyReply(403, "Forbidden", "")
	replyNotFound      = pageReply(404, "Not Found")
	replyNotAllowed    = emptyReply(405, "Not Allowed", "Allow: GET, HEAD, OPTIONS\r\n")
	replyNotAllowedPUT = emptyReply(405, "Not Allowed", allowPUT)
	replyExpectation   = pageReply(417, "Expectation Failed")
	replyUnavailable   = emptyReply(503, "Service Unavailable", "")
	replyMinted        = reply{code: 200, line: lineOK, head: []byte("Content-Length: " + strconv.Itoa(tokenLength) + "\r\n"), tail: tailPlain}
	replyContent       = reply{code: 200, line: lineOK}
)

const (
	allowPUT  = "Allow: OPTIONS, PUT\r\n"
	lineOK    = "HTTP/1.1 200 OK\r\n"
	tailPlain = "Content-Type: text/plain\r\n"
)

func emptyReply(code int, phrase, allow string) reply {
	return reply{
		code: code,
		line: statusLine(code, phrase),
		head: []byte(allow + "Content-Length: 0\r\n"),
		tail: tailPlain,
	}
}

func pageReply(code int, phrase string) reply {
	body := errorPage(code, phrase)
	return reply{
		code: code,
		line: statusLine(code, phrase),
		head: []byte("Content-Type: text/html\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"),
		body: body,
	}
}

func statusLine(code int, phrase string) string {
	return "HTTP/1.1 " + strconv.Itoa(code) + " " + phrase + "\r\n"
}

// errorPage is the page that the real service sends with 404 and 417.
func errorPage(code int, phrase string) []byte {
	title := strconv.Itoa(code) + " - " + phrase
	return []byte(`<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
` + "\t\t " + `"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>` + title + `</title>
 </head>
 <body>
  <h1>` + title + `</h1>
 </body>
</html>
`)
}

// append adds the answer's bytes up to the empty line to b, dated as date has
// it.
func (r *reply) append(b, date []byte, keep bool) []byte {
	b = append(b, r.line...)
	if r.ttl > 0 {
		b = append(b, "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: "...)
		b = strconv.AppendInt(b, r.ttl, 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, r.head...)
	b = append(b, "Date: "...)
	b = append(b, date...)
	if keep {
		b = append(b, "\r\nServer: EC2ws\r\nConnection: keep-alive\r\n"...)
	} else {
		b = append(b, "\r\nServer: EC2ws\r\nConnection: close\r\n"...)
	}
	b = append(b, r.tail...)
	return append(b, "\r\n"...)
}
