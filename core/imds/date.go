package imds

import (
	"net/http"
	"sync/atomic"
	"time"
)

// dates writes the Date header, which is the same for all answers of a second
// and costs as much as all else of a short one. The zero value is ready.
type dates struct{ last atomic.Pointer[date] }

// date is how one second is written.
type date struct {
	second int64
	text   []byte
}

// at returns how t is written. The bytes are shared and not to be changed.
func (d *dates) at(t time.Time) []byte {
	second := t.Unix()
	if last := d.last.Load(); last != nil && last.second == second {
		return last.text
	}
	now := &date{second: second, text: appendDate(nil, t)}
	d.last.Store(now)
	return now.text
}

func appendDate(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, http.TimeFormat)
}
