package app

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/supervise"
)

// host is what plugins are started with, whatever the configuration.
type host struct {
	revision  atomic.Uint64 // of the facts of the instance that was asked for last
	options   *Options
	log       hclog.Logger
	socketDir string
	reaper    *supervise.Reaper // nil where the system has none
	handed    []*listener       // by the service manager
	bound     []*listener       // before the privileges were given up; nil when there were none
	dropped   *config.User      // who root has become; nil when it has not
	started   bool              // the first configuration is served
}

// first loads the configuration for the first time, prints what there is to
// say, and makes what plugins are started with. On an error nothing is left
// running.
func first(ctx context.Context, o *Options, handed []*listener) (*generation, *host, error) {
	h := &host{options: o, log: hclog.NewNullLogger(), handed: handed}
	g, r, err := h.load(ctx)
	switch {
	case err != nil:
	case ctx.Err() != nil: // stopped meanwhile: what failed because of it is no news
		err = ctx.Err()
	default:
		if o.JSON {
			err = r.writeJSON(o.Stdout)
		} else {
			err = r.write(o.Stderr)
		}
		if r.diags.HasErrors() {
			err = errors.Join(ErrConfiguration, err)
		}
	}
	if err != nil {
		if g != nil {
			g.close()
		}
		h.unbind()
		return nil, nil, err
	}
	return g, h, nil
}

// load reads the configuration and has the plugins check their parts, as the
// user that is to run them. The generation is nil when none was started.
func (h *host) load(ctx context.Context) (*generation, *report, error) {
	file, r := read(h.options)
	if file == nil {
		return nil, r, nil
	}
	log, err := newLog(h.options, file.Log, h.options.Stderr)
	if err != nil && !r.diags.HasErrors() {
		return nil, r, err
	}
	if log != nil { // else the level itself is what is wrong
		h.log = log
	}
	r.diags = append(r.diags, h.misplaced(file)...)
	if err := h.become(ctx, file, r); err != nil {
		return nil, r, err
	}
	if file.UserUnknown && os.Geteuid() == 0 {
		return nil, r, nil // no plugin is started as root that was to be another's
	}
	if h.socketDir, err = supervise.PrepareSocketDir(""); err != nil {
		return nil, r, err
	}
	if h.reaper, err = supervise.NewReaper(); err != nil { // some sandboxes forbid it
		h.log.Warn("what plugins leave behind may outlive them", "error", err)
	}
	return prepare(ctx, h, file, r, nil), r, nil
}

// read reads the configuration file. The file is nil when it could not be
// read at all.
func read(o *Options) (*config.File, *report) {
	file, sources, diags := config.Load(o.ConfigPath, config.Options{Builtins: names(o), LookupEnv: lookup(o.Environ), CheckEach: o.checkEach})
	return file, &report{sources: sources, diags: diags}
}

// prepare starts the plugins of a file, errors in it or not, and has them
// check their parts. Those that the earlier generation has just so are taken
// over. What is found is added to the report. Without an error there the
// generation can be served; it must be closed when it is not.
func prepare(ctx context.Context, h *host, file *config.File, r *report, earlier *generation) *generation {
	g := &generation{file: file, loaded: time.Now(), sources: r.sources}
	var found hcl.Diagnostics
	g.token, found = readToken(&file.Admin)
	r.diags = append(r.diags, found...)
	g.certificate, found = readCertificate(file.Admin.TLS, time.Now())
	r.diags = append(r.diags, found...)
	r.diags = append(r.diags, config.Filter(r.diags, g.start(ctx, h, earlier))...)
	if r.diags.HasErrors() {
		return g
	}
	if err := g.newRouter(); err != nil {
		r.diags = append(r.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Mounts that do not fit together", Detail: sentence(err)})
	}
	return g
}

// names lists the names of the built-ins.
func names(o *Options) []string {
	out := make([]string, len(o.Builtins))
	for i, b := range o.Builtins {
		out[i] = b.Name
	}
	return out
}

// readToken reads the admin listener's bearer token.
func readToken(a *config.Admin) ([]byte, hcl.Diagnostics) {
	if a.TokenFile == "" {
		return nil, nil
	}
	token, err := admin.ReadTokenFile(a.TokenFile)
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Invalid token file", Detail: sentence(err), Subject: &a.TokenFileRange}}
	}
	return token, nil
}

// readCertificate reads the admin listener's certificate and its key; nil when
// it has none.
func readCertificate(t *config.TLS, now time.Time) (*tls.Certificate, hcl.Diagnostics) {
	if t == nil {
		return nil, nil
	}
	certificate, err := admin.ReadCertificate(t.CertificateFile, t.KeyFile, now)
	if err == nil {
		return certificate, nil
	}
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Invalid certificate", Detail: sentence(err), Subject: &t.CertificateRange}
	if errors.Is(err, admin.ErrKey) {
		d.Summary, d.Subject = "Invalid private key", &t.KeyRange
	}
	return nil, hcl.Diagnostics{d}
}

// lookup reads one variable of an environment.
func lookup(environ []string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, kv := range environ {
			if k, v, ok := strings.Cut(kv, "="); ok && k == name {
				return v, true
			}
		}
		return "", false
	}
}
