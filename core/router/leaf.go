package router

import (
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// textPlain is the Content-Type of listings, and of leaves that name none.
const textPlain = "text/plain"

// never is the end of what does not end.
const never = math.MaxInt64

// content is what is served at one path for a time.
type content struct {
	head, body []byte
	until      int64  // wall clock in nanoseconds; never when it does not end
	audit      *Audit // nil: reads are not logged
}

// at returns what of a chain is served at the moment now, and nil when its end
// has passed.
func at(chain []content, now int64) *content {
	for i := range chain {
		if now < chain[i].until {
			return &chain[i]
		}
	}
	return nil
}

// pressLeaf checks and renders a leaf and its successors.
func (v *View) pressLeaf(l *pluginv1.Leaf) ([]content, error) {
	var chain []content
	var end time.Time
	for ; l != nil; l = l.GetSuccessor() {
		where := "the leaf"
		if len(chain) > 0 {
			where = fmt.Sprintf("successor %d", len(chain))
		}
		if len(chain) > MaxSuccessors {
			return nil, fmt.Errorf("the leaf has more than %d successors: publish a new tree instead", MaxSuccessors)
		}
		c, notAfter, err := v.render(l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		if notAfter.IsZero() && l.GetSuccessor() != nil {
			return nil, fmt.Errorf("%s has a successor but no not_after: set it, or leave out the successor", where)
		}
		if len(chain) > 0 && !notAfter.IsZero() && !notAfter.After(end) {
			return nil, fmt.Errorf("%s ends at %s, not after what it follows (%s): let the ends rise", where,
				notAfter.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano))
		}
		chain, end = append(chain, c), notAfter
	}
	return chain, nil
}

// render makes the content of one leaf, and returns its end; zero when it has
// none.
func (v *View) render(l *pluginv1.Leaf) (c content, notAfter time.Time, err error) {
	contentType := l.GetContentType()
	if contentType == "" {
		contentType = textPlain
	}
	if err := checkContentType(contentType); err != nil {
		return content{}, time.Time{}, err
	}
	modified, err := moment("last_modified", l.GetLastModified())
	if err != nil {
		return content{}, time.Time{}, err
	}
	if modified.IsZero() {
		modified = v.launched
	}
	notAfter, err = moment("not_after", l.GetNotAfter())
	if err != nil {
		return content{}, time.Time{}, err
	}
	audit, err := NewAudit(l.GetAudit())
	if err != nil {
		return content{}, time.Time{}, err
	}
	body := l.GetBody()
	return content{head: v.renderHead(contentType, modified, len(body)), body: body, until: nanos(notAfter), audit: audit}, notAfter, nil
}

// checkContentType keeps out what would end the header's line or the header.
func checkContentType(s string) error {
	if len(s) > 255 {
		return fmt.Errorf("the content type has %d bytes: at most 255 are allowed", len(s))
	}
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return errors.New("the content type has a byte that is not printable ASCII: remove it")
		}
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return errors.New("the content type begins or ends with a space: remove it")
	}
	return nil
}

// moment reads a timestamp; zero when it is not set.
func moment(name string, ts *timestamppb.Timestamp) (time.Time, error) {
	if ts == nil {
		return time.Time{}, nil
	}
	if err := ts.CheckValid(); err != nil {
		return time.Time{}, fmt.Errorf("%s is no timestamp between the years 1 and 9999", name)
	}
	t := ts.AsTime()
	if t.IsZero() {
		// The first moment of the year 1 would read as not set; as an end it
		// must not turn into none.
		t = t.Add(1)
	}
	return t, nil
}

// nanos returns the wall clock of an end, and never for the zero time. What
// lies outside the range of 64-bit nanoseconds is moved to its nearer side.
func nanos(t time.Time) int64 {
	switch year := t.Year(); {
	case t.IsZero() || year > 2261:
		return never
	case year < 1678:
		return math.MinInt64
	}
	return t.UnixNano()
}
