package imds

import (
	"strconv"
	"time"
)

// RenderHead returns the header lines of a 200 from Content-Type to
// Content-Length, which stay the same for as long as the content does. An
// empty content type is text/plain; one with control characters, which would
// end the line, is application/octet-stream. A zero lastModified leaves that
// line out. Size is the length of the body in bytes.
func RenderHead(contentType string, lastModified time.Time, size int) []byte {
	const room = 160 // for the fixed text, a date, a length and a usual type
	return appendHead(make([]byte, 0, room), contentType, lastModified, size)
}

func appendHead(b []byte, contentType string, lastModified time.Time, size int) []byte {
	b = append(b, "Content-Type: "...)
	b = append(b, printable(contentType)...)
	b = append(b, "\r\nAccept-Ranges: none\r\n"...)
	if !lastModified.IsZero() {
		b = append(b, "Last-Modified: "...)
		b = appendDate(b, lastModified)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(size), 10)
	return append(b, "\r\n"...)
}

func printable(contentType string) string {
	if contentType == "" {
		return "text/plain"
	}
	for i := range len(contentType) {
		if contentType[i] < ' ' || contentType[i] > '~' {
			return "application/octet-stream"
		}
	}
	return contentType
}
