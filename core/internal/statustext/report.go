package statustext

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Report is what was learned of a running mockmd.
type Report struct {
	// Address is that of the admin listener.
	Address string `json:"address"`
	// Status says whether what is served is valid now; nil when nobody said so.
	Status *bool `json:"status,omitempty"`
	// Ready says whether all that is configured is served, and Healthy whether
	// the daemon lives; nil when nobody said so.
	Ready   *bool `json:"ready,omitempty"`
	Healthy *bool `json:"healthy,omitempty"`
	// Problems are the daemon's own sentences on what stands in the way.
	Problems []string `json:"problems,omitempty"`
	// Credentials is the answer of the action credentials, as it came; nil
	// when no plugin offers it.
	Credentials json.RawMessage `json:"credentials,omitempty"`
	// Unknown says what could not be learned and why.
	Unknown []string `json:"unknown,omitempty"`
}

// JSON writes the report as one JSON object, indented. The error is one of w,
// or says that Credentials is no JSON.
func (r *Report) JSON(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	_, err = io.WriteString(w, escape(string(text))+"\n")
	return err
}

// escape writes characters that a terminal may act upon as JSON does. Beyond
// line ends there are none outside strings.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// decode reads the answer of the action credentials as far as it is as
// expected: a newer plugin may say more, and other things.
func decode(body []byte) (state, error) {
	var s state
	err := json.Unmarshal(body, &s)
	if _, strange := errors.AsType[*json.UnmarshalTypeError](err); strange {
		err = nil // all else has been read
	}
	return s, err
}

// clean makes text from elsewhere safe to print on one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
