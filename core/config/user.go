package config

import (
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
)

// User is a user of this system, with the groups that its processes have.
type User struct {
	// Name is the user's; the number where it has none.
	Name string
	// Home is the home folder; empty where none is known.
	Home string
	// UID is the number of the user, GID that of its first group.
	UID, GID int
	// Groups are the numbers of all its groups, GID among them, in order.
	Groups []int
	// Range is where user stands, and GroupRange where group does; that is zero
	// when it is not given.
	Range, GroupRange hcl.Range
}

// user decodes user and group; nil when they are not given or wrong.
func (l *loader) user(attrs hcl.Attributes) *User {
	name, at, ok := get[string](l, attrs, "user")
	group, groupAt, grouped := get[string](l, attrs, "group")
	if !ok {
		if _, given := attrs["user"]; grouped && !given {
			l.errorAt(groupAt, "Group without a user", "group is the one that the user has as its first. Add user = \"NAME\", or remove group.")
		}
		return nil
	}
	u, err := lookupUser(name, grouped)
	if err != nil {
		l.errorAt(at, "Unknown user", "%s", sentence(err))
		return nil
	}
	u.Range, u.GroupRange = at, groupAt
	if grouped {
		if u.GID, err = lookupGroup(group); err != nil {
			l.errorAt(groupAt, "Unknown group", "%s", sentence(err))
			return nil
		}
		if u.UID == 0 && u.GID != 0 {
			l.errorAt(groupAt, "Group of root", "mockmd gives up what is root's by becoming another user, and as root it keeps its groups. Name another user, or remove group.")
			return nil
		}
	}
	u.Groups = append(u.Groups, u.GID)
	slices.Sort(u.Groups)
	u.Groups = slices.Compact(u.Groups)
	return u
}

// lookupUser finds a user by name or number. One that the system does not know
// may be given by its number, when its group is given too.
func lookupUser(name string, grouped bool) (*User, error) {
	found, err := user.Lookup(name)
	number, noNumber := strconv.ParseUint(name, 10, 31)
	if err != nil && noNumber == nil {
		found, err = user.LookupId(name)
	}
	unknown := errors.As(err, new(user.UnknownUserError)) || errors.As(err, new(user.UnknownUserIdError))
	switch {
	case unknown && noNumber != nil:
		return nil, fmt.Errorf("this system has no user %q: make it, as root, by `useradd --system --user-group %s`, or name another one", name, name)
	case unknown && grouped:
		return &User{Name: name, UID: int(number)}, nil
	case unknown:
		return nil, fmt.Errorf("this system has no user with the number %s: say in which group it is by group, or name another one", name)
	case err != nil:
		return nil, fmt.Errorf("looking the user %q up failed: %w", name, err)
	}
	u := &User{Name: found.Username, Home: found.HomeDir}
	ids, err := found.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("looking the groups of the user %q up failed: %w", name, err)
	}
	for _, field := range []struct {
		text string
		into *int
	}{{found.Uid, &u.UID}, {found.Gid, &u.GID}} {
		if *field.into, err = strconv.Atoi(field.text); err != nil {
			return nil, fmt.Errorf("looking the user %q up gave no number: %w", name, err)
		}
	}
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil {
			u.Groups = append(u.Groups, n)
		}
	}
	return u, nil
}

// lookupGroup finds a group by name or number, which need not be known.
func lookupGroup(name string) (int, error) {
	found, err := user.LookupGroup(name)
	if err == nil {
		return strconv.Atoi(found.Gid)
	}
	if n, e := strconv.ParseUint(name, 10, 31); e == nil {
		return int(n), nil
	}
	if errors.As(err, new(user.UnknownGroupError)) {
		return 0, fmt.Errorf("this system has no group %q: make it, as root, by `groupadd --system %s`, or name another one", name, name)
	}
	return 0, fmt.Errorf("looking the group %q up failed: %w", name, err)
}
