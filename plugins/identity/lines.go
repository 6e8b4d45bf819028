package identity

import "encoding/base64"

// column is how many characters of base64 stand on a line.
const column = 76

// lines writes data as the real service does: in standard base64, broken into
// lines, with no newline at the end.
func lines(data []byte) []byte {
	text := base64.StdEncoding.EncodeToString(data)
	out := make([]byte, 0, len(text)+len(text)/column)
	for len(text) > column {
		out = append(out, text[:column]...)
		out = append(out, '\n')
		text = text[column:]
	}
	return append(out, text...)
}
