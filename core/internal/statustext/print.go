package statustext

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Text writes the report for people, with times as seen from now. The error is
// one of w.
func (r *Report) Text(w io.Writer, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "mockmd on %s: status %s\n", clean(r.Address), word(r.Status,
		"true, what it serves is valid", "false, what it serves is not valid", "unknown"))
	if r.Ready != nil || r.Healthy != nil {
		fmt.Fprintf(&b, "ready: %s, healthy: %s\n", word(r.Ready, "yes", "no", "unknown"), word(r.Healthy, "yes", "no", "unknown"))
	}
	unknown := slices.Clone(r.Unknown)
	var s state
	if r.Credentials != nil {
		var err error
		if s, err = decode(r.Credentials); err != nil {
			unknown = append(unknown, fmt.Sprintf("the credentials: what was answered cannot be read: %v", err))
		}
		if s.STS != "" {
			fmt.Fprintf(&b, "STS: %s%s\n", clean(s.STS), skew(s.ClockSkewSeconds))
		}
		tables(&b, &s, now)
	}
	problems := slices.Concat(s.problems(now), r.Problems)
	for _, u := range unknown {
		problems = append(problems, "not known: "+u)
	}
	if len(problems) > 0 {
		b.WriteString("\nProblems:\n")
	}
	for _, p := range problems {
		fmt.Fprintf(&b, "  %s\n", clean(p))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// word puts an answer into words.
func word(b *bool, yes, no, unknown string) string {
	switch {
	case b == nil:
		return unknown
	case *b:
		return yes
	}
	return no
}

// skew tells how far the clocks of STS and of this host are apart.
func skew(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	switch {
	case d > 0:
		return ", whose clock is " + length(d) + " ahead"
	case d < 0:
		return ", whose clock is " + length(-d) + " behind"
	}
	return ""
}

// tables writes the roles and the sources.
func tables(w io.Writer, s *state, now time.Time) {
	roles := [][]string{{"ROLE", "INSTANCE", "STATE", "ACCOUNT", "ACCESS KEY", "EXPIRES", "NEXT REFRESH", "SOURCE"}}
	for _, r := range s.Roles {
		roles = append(roles, []string{
			cmp.Or(r.Role, r.RoleARN), r.Instance, r.State, r.Account, r.AccessKeyID,
			until(r.Expires, now, "expired "), due(r.NextRefresh, now), r.Source,
		})
	}
	table(w, roles, "INSTANCE")
	sources := [][]string{{"SOURCE", "KIND", "STATE", "DETAIL"}}
	for _, s := range s.Sources {
		sources = append(sources, []string{s.Name, s.Kind, s.State, s.Detail})
	}
	table(w, sources, "DETAIL")
}

// table writes rows below a head; one column is left out where it is empty.
func table(w io.Writer, rows [][]string, optional string) {
	if len(rows) < 2 {
		return
	}
	at := slices.Index(rows[0], optional)
	needed := slices.ContainsFunc(rows[1:], func(row []string) bool { return row[at] != "" })
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if !needed {
			row = slices.Delete(slices.Clone(row), at, at+1)
		}
		for i := range row {
			row[i] = cmp.Or(clean(row[i]), "-")
		}
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	_ = tw.Flush() // into memory
}

// problems says what is wrong with the roles and the sources, and the mends.
func (s *state) problems(now time.Time) []string {
	var out []string
	for _, r := range s.Roles {
		name := "role " + cmp.Or(r.Role, r.RoleARN)
		if r.Instance != "" {
			name += " of instance " + r.Instance
		}
		attempts := ""
		if r.Attempts > 0 {
			attempts = fmt.Sprintf(", attempts: %d", r.Attempts)
		}
		out = append(out, r.Error.tell(name, attempts, now)...)
	}
	for _, s := range s.Sources {
		out = append(out, s.Error.tell("source "+s.Name, "", now)...)
	}
	return out
}

// tell returns one line, or none when there is no trouble.
func (t *trouble) tell(who, more string, now time.Time) []string {
	if t == nil {
		return nil
	}
	line := who
	if kind := strings.Trim(t.Class+", "+t.Code, ", "); kind != "" {
		line += " (" + kind + ")"
	}
	if t.Since != "" {
		line += ", " + lasting(t.Since, now)
	}
	line += more + ": " + strings.TrimRight(cmp.Or(t.Message, "it says nothing more"), ". ")
	if t.Mend != "" {
		line += ". Mend: " + t.Mend
	}
	return []string{line}
}
