package main

import (
	"fmt"
	"strings"
)

// The paths that are measured.
const (
	idPath      = "/latest/meta-data/instance-id"
	placePath   = "/latest/meta-data/placement/region"
	rolesPath   = "/latest/meta-data/iam/security-credentials/"
	listingPath = "/latest/meta-data/"
	absentPath  = "/latest/meta-data/no-such-path"
	mintPath    = "/latest/api/token"
)

const ttlHeader = "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"

// kind is one of the measured requests.
type kind struct {
	name   string
	method string
	path   string
	status int
	v2     bool // with a session token
}

// kinds of requests. PUT has no version.
func kinds() []kind {
	all := []kind{}
	for _, v2 := range []bool{false, true} {
		all = append(all,
			kind{"instance-id", "GET", idPath, 200, v2},
			kind{"role document", "GET", rolesPath, 200, v2},
			kind{"listing", "GET", listingPath, 200, v2},
			kind{"404", "GET", absentPath, 404, v2})
	}
	return append(all, kind{"token PUT", "PUT", mintPath, 200, false})
}

func (k kind) String() string {
	switch {
	case k.method == "PUT":
		return k.name
	case k.v2:
		return k.name + ", IMDSv2"
	}
	return k.name + ", IMDSv1"
}

// connection is the header that asks for what a server may do by itself.
func connection(keep bool) string {
	if keep {
		return ""
	}
	return "Connection: close\r\n"
}

// visitor knows what a server has to be asked.
type visitor struct {
	server *server
	keep   bool
	role   string // the path of its role document
	token  string // a session token; empty: it has none
}

// visit asks a server for a role and for a session token. Those of others may
// have neither.
func visit(s *server, keep bool) (*visitor, error) {
	v := &visitor{server: s, keep: keep}
	var failure error
	v.token, failure = s.token(keep)
	_, answer, err := learn(s.address, "GET", request("GET", rolesPath, v.headers(true)...), keep, 200)
	if err != nil {
		return v, err
	}
	roles, err := repeat(answer)
	if err != nil {
		return v, err
	}
	name, _, _ := strings.Cut(string(roles.body), "\n")
	v.role = rolesPath + strings.TrimSpace(name)
	return v, failure
}

func (v *visitor) headers(v2 bool) []string {
	h := []string{connection(v.keep)}
	if v2 && v.token != "" {
		h = append(h, "X-aws-ec2-metadata-token: "+v.token+"\r\n")
	}
	return h
}

// learn makes a kind of request once, for the load to repeat it, and returns
// the answer too, with its path.
func (v *visitor) learn(k kind) (exchange, given, error) {
	path := k.path
	if path == rolesPath {
		path = v.role
	}
	headers := v.headers(k.v2)
	switch {
	case k.method == "PUT":
		headers = append(headers, ttlHeader)
	case path == "":
		return exchange{}, given{}, fmt.Errorf("%s has no role", v.server.name)
	case k.v2 && v.token == "":
		return exchange{}, given{}, fmt.Errorf("%s has no session tokens", v.server.name)
	}
	e, answer, err := learn(v.server.address, k.method, request(k.method, path, headers...), v.keep, k.status)
	return e, given{asked{k.method, path, k.v2}, answer}, err
}
