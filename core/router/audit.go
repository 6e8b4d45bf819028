package router

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What an audit may have.
const (
	maxAuditFields = 16
	maxAuditName   = 64
	maxAuditValue  = 2048 // the length of the longest ARN
)

// Audit says that each read of a leaf is to be logged, and what the log says
// beside the client and the path. It is never changed.
type Audit struct {
	// Fields are names and values in turn, sorted by the names; both are
	// strings. They are ready to be arguments of a log line.
	Fields []any
}

// NewAudit checks and renders the audit of a leaf; it returns nil for nil. It
// is called for what is published, and is there for the leaves that live nodes
// answer with. The error names the field and the mend.
func NewAudit(m *pluginv1.Audit) (*Audit, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // no audit is an ordinary case
	}
	fields := m.GetFields()
	if len(fields) > maxAuditFields {
		return nil, fmt.Errorf("the audit has %d fields: at most %d are allowed", len(fields), maxAuditFields)
	}
	a := &Audit{Fields: make([]any, 0, 2*len(fields))}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := checkAuditName(name); err != nil {
			return nil, err
		}
		if err := checkAuditValue(fields[name]); err != nil {
			return nil, fmt.Errorf("the audit field %s %w", name, err)
		}
		a.Fields = append(a.Fields, name, fields[name])
	}
	return a, nil
}

// checkAuditName keeps out what would not stand apart in a line of the log.
func checkAuditName(name string) error {
	switch {
	case name == "":
		return errors.New("the audit has a field without a name: name it")
	case len(name) > maxAuditName:
		return fmt.Errorf("the audit has a field whose name has %d bytes: at most %d are allowed", len(name), maxAuditName)
	}
	for _, c := range []byte(name) {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", rune(c)) {
			return fmt.Errorf("the audit field %q has the byte %q in its name: use letters, digits, dots, dashes and underscores", name, c)
		}
	}
	switch name {
	case "client", "path", "imds", "plugin", "instance":
		return fmt.Errorf("the audit field %s is written by the core itself: choose another name", name)
	}
	return nil
}

// checkAuditValue does not repeat the value: it may be what must not be logged.
func checkAuditValue(value string) error {
	switch {
	case len(value) > maxAuditValue:
		return fmt.Errorf("has %d bytes: at most %d are allowed", len(value), maxAuditValue)
	case !utf8.ValidString(value):
		return errors.New("is not UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("has a control character: remove it")
	}
	return nil
}

// auditSize is what an audit counts in the size of a tree.
func auditSize(m *pluginv1.Audit) int {
	size := 0
	for name, value := range m.GetFields() {
		size += len(name) + len(value)
	}
	return size
}
