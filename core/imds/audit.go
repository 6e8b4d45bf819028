package imds

import "github.com/mockmd/mockmd/core/router"

// auditedRead is a read that the log is to tell of.
type auditedRead struct {
	audit                 *router.Audit
	plugin, version, path string
}

// audited returns nil for what nobody wants to be told of.
func audited(r *router.Result, a *router.Audit) *auditedRead {
	if a == nil {
		return nil
	}
	return &auditedRead{audit: a, plugin: r.Plugin, version: r.Version, path: r.Path}
}

// tell logs a read that has been answered.
func (s *Server) tell(c *conn, rep *reply) {
	if !s.log.IsInfo() {
		return
	}
	imds := "v1"
	if rep.ttl > 0 {
		imds = "v2"
	}
	args := make([]any, 0, 8+len(rep.read.audit.Fields))
	args = append(args, "client", c.remote.String(), "path", "/"+rep.read.version+"/"+rep.read.path, "imds", imds, "plugin", rep.read.plugin)
	s.log.Info("metadata read", append(args, rep.read.audit.Fields...)...)
}
