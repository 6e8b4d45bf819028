package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// sinceECS is a date after all API versions: task credentials have none yet
// and are shown under latest only.
const sinceECS = "2026-01-01"

// maxSuccessors is how many successors the core takes of one leaf.
const maxSuccessors = 16

// The documents of task credentials: JSON without white space, as the ECS
// agent's source tells them.
//
// See https://github.com/aws/amazon-ecs-agent/tree/dev/ecs-agent/credentials/imds.
type (
	ecsInfo struct {
		LastUpdated     string
		TaskCredentials map[string]ecsStatus
	}
	ecsStatus struct {
		Code, RoleARN string
	}
	ecsCredentials struct {
		AccessKeyId, SecretAccessKey, Token, Expiration string //nolint:revive // the names of the document
	}
)

// paths are all that the set can serve.
func (e *ecsSet) paths() []string {
	out := []string{e.mount + "/info"}
	for _, task := range e.tasks {
		out = append(out, e.path(task))
	}
	return out
}

func (e *ecsSet) path(task ecsTask) string { return e.mount + "/security-credentials/" + task.name }

// tree returns the info, and a document for each task whose role has
// credentials. A document without a successor is gone when they expire, and
// the info changes in the same moment.
func (e *ecsSet) tree(l look) sdk.Tree {
	t := sdk.Tree{e.mount + "/info": e.info(l)}
	for _, task := range e.tasks {
		v := l.of(task.role)
		s := v.session
		if s == nil {
			continue
		}
		t[e.path(task)] = sdk.Leaf{
			Body: compact(ecsCredentials{
				AccessKeyId: s.keys.accessKeyID, SecretAccessKey: s.keys.secret.reveal(),
				Token: s.keys.token.reveal(), Expiration: v.expiration(),
			}),
			Since: sinceECS, LastModified: s.issued, NotAfter: v.ends, Audit: v.audit(),
		}
	}
	return t
}

// info tells of each task whether it has credentials, now and after each
// expiry to come. The agent reads the documents only when LastUpdated is not
// what it has seen, so each has another.
func (e *ecsSet) info(l look) sdk.Leaf {
	ends := e.ends(l)
	moments := []time.Time{l.changed}
	for i, end := range ends {
		moments = append(moments, later(end, moments[i]))
	}
	var next *sdk.Leaf
	for i := min(len(ends), maxSuccessors); i >= 0; i-- {
		leaf := sdk.Leaf{Since: sinceECS, LastModified: moments[i]}
		var over time.Time // what ends here has ended
		if i > 0 {
			over = ends[i-1]
		}
		if i < len(ends) {
			leaf.NotAfter, leaf.Successor = l.local(ends[i]), next
		}
		leaf.Body = e.infoDocument(l, moments[i], over)
		next = &leaf
	}
	return *next
}

// ends are the moments at which credentials of the set expire, in order and by
// the clock of STS.
func (e *ecsSet) ends(l look) []time.Time {
	var out []time.Time
	for _, task := range e.tasks {
		if s := l.of(task.role).session; s != nil {
			out = append(out, s.expires)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

func (e *ecsSet) infoDocument(l look, updated, over time.Time) []byte {
	info := ecsInfo{LastUpdated: stamp(updated), TaskCredentials: map[string]ecsStatus{}}
	for _, task := range e.tasks {
		v := l.of(task.role)
		status := ecsStatus{Code: v.trouble.code, RoleARN: v.last().roleARN}
		if v.session != nil && v.session.expires.After(over) {
			status.Code = codeSuccess
		}
		info.TaskCredentials[task.name] = status
	}
	return compact(info)
}

// later is t, and a second after before when it is not later than that.
func later(t, before time.Time) time.Time {
	if t.After(before) {
		return t
	}
	return before.Add(time.Second)
}

// compact writes JSON without white space and without escapes that it does not
// need.
func compact(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("iam: %T cannot be written: %v", v, err)) // strings always can
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
