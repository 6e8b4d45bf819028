package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/privilege"
)

// become has the process run as the user that the configuration names, before
// any plugin is started. What needs root is done first, when the configuration
// is to be served: the listeners are opened and the state folder is made. What
// is wrong with the configuration is added to the report; the error is an
// [*AddressError], or says that the user cannot be taken on.
func (h *host) become(ctx context.Context, file *config.File, r *report) error {
	u := file.User
	if d := h.otherUser(u); d != nil {
		r.diags = append(r.diags, d)
	}
	if u == nil || os.Geteuid() != 0 || u.UID == 0 {
		return nil
	}
	if h.options.serves && !r.diags.HasErrors() {
		r.diags = append(r.diags, giveStateDir(file)...)
	}
	if h.options.serves && !r.diags.HasErrors() {
		var err error
		if h.bound, err = h.open(ctx, file); err != nil {
			return err
		}
		for _, l := range h.bound {
			switch {
			case l.unix:
				err = errors.Join(err, os.Lchown(l.address, u.UID, u.GID)) // it is for its owner alone
			case !l.Shared():
				_ = l.GiveTo(u.UID, u.GID) // else a reload cannot open others beside it, which it says
			}
		}
		if err != nil {
			h.unbind()
			return fmt.Errorf("give the socket to user %s: %w", u.Name, err)
		}
	}
	if err := privilege.Drop(u.UID, u.GID, u.Groups); err != nil {
		h.unbind()
		return fmt.Errorf("user = %q: %w", u.Name, err)
	}
	h.dropped = u
	h.options.Environ = environOf(u, h.options.Environ)
	h.log.Info("privileges given up", "user", u.Name, "uid", u.UID, "gid", u.GID, "groups", u.Groups)
	return nil
}

// unbind closes what become has opened.
func (h *host) unbind() {
	for _, l := range h.bound {
		_ = l.Close() // at most a client that came too early is disappointed
	}
	h.bound = nil
}

// otherUser says why the process cannot run as a user.
func (h *host) otherUser(u *config.User) *hcl.Diagnostic {
	euid, egid := os.Geteuid(), os.Getegid()
	switch {
	case !h.options.serves: // the program that checks need not run as who serves
	case u == nil && h.dropped != nil:
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "User cannot change while mockmd runs",
			Detail: fmt.Sprintf("mockmd has become user %s when it was started, and has no way back. Restart it to run as another one.", h.dropped.Name),
		}
	case u == nil:
	case u.UID == euid && (u.GroupRange == (hcl.Range{}) || u.GID == egid):
	case h.dropped != nil:
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "User cannot change while mockmd runs", Subject: &u.Range,
			Detail: fmt.Sprintf("mockmd has become user %s, group %d, when it was started, and has no way back. Restart it to run as user %s, group %d.", h.dropped.Name, egid, u.Name, u.GID),
		}
	case euid != 0:
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Only root can become another user", Subject: &u.Range,
			Detail: fmt.Sprintf("mockmd runs as user %d, group %d, so it cannot become user %s (%d), group %d. Start it as root, or as that user; or remove user and group.", euid, egid, u.Name, u.UID, u.GID),
		}
	case h.started: // root, and it stays so
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "User cannot change while mockmd runs", Subject: &u.Range,
			Detail: fmt.Sprintf("mockmd was started as root without a user to become. Restart it to run as user %s.", u.Name),
		}
	}
	return nil
}

// giveStateDir makes the state folder for the user. One in the user's own home
// is made by who keeps something.
func giveStateDir(file *config.File) hcl.Diagnostics {
	u := file.User
	if file.StateDir == "" || atHome(u, file.StateDir) {
		return nil
	}
	err := privilege.GiveFolder(file.StateDir, u.UID, u.GID)
	if err == nil {
		return nil
	}
	d := &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Invalid state folder",
		Detail: fmt.Sprintf("Making %s ready for user %s failed: %v.", file.StateDir, u.Name, rootOfPath(err)),
	}
	if file.StateDirRange != (hcl.Range{}) {
		d.Subject = &file.StateDirRange
	}
	return hcl.Diagnostics{d}
}

// atHome says whether a folder is in the home of a user, and for the user to
// make. What no configuration names is always so: only what is kept there needs
// it. Else the home must be the user's, which that of a user of a service often
// is not: it may be /, or a folder that nobody has made.
func atHome(u *config.User, path string) bool {
	inHome, err := filepath.Rel(u.Home, path)
	switch {
	case !filepath.IsAbs(u.Home), err != nil, !filepath.IsLocal(inHome):
		return false
	case inHome == config.HomeStateDir:
		return true
	}
	return privilege.Owns(u.Home, u.UID)
}

// rootOfPath leaves out what os says of the path a second time.
func rootOfPath(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	return err
}

// environOf is the environment of a user: what root's says of folders of root
// is not the user's.
func environOf(u *config.User, environ []string) []string {
	var out []string
	for _, kv := range environ {
		switch name, _, _ := strings.Cut(kv, "="); {
		case name == "HOME", name == "USER", name == "LOGNAME", name == "MAIL", strings.HasPrefix(name, "XDG_"):
		default:
			out = append(out, kv)
		}
	}
	out = append(out, "USER="+u.Name, "LOGNAME="+u.Name)
	if u.Home != "" {
		out = append(out, "HOME="+u.Home)
	}
	return out
}
