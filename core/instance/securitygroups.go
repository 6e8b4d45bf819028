package instance

import (
	"fmt"
	"slices"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// groupShape is that of CreateSecurityGroup.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
var groupShape = lazyregexp.New(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)

const (
	defaultGroup = "default"       // that of each VPC
	wizardGroup  = "launch-wizard" // those that the console makes
	mostGroups   = 16              // on an interface
)

// groups knows the security groups of the VPC, each by its name and its id.
type groups struct {
	ids   map[string]string // by name
	names map[string]string // by id
}

func (g *groups) add(name, id string) { g.ids[name], g.names[id] = id, name }

// settleGroups gives each interface its security groups. What is given by name
// has an id that is derived from the name, so that a group is the same one on
// each interface; what is given by id has a name that is free.
func (n *network) settleGroups() bool {
	g := &groups{ids: map[string]string{}, names: map[string]string{}}
	for _, c := range n.given {
		if c.groups.ok && c.groupIDs.ok && !n.addGroups(g, c) {
			return false
		}
	}
	for _, c := range n.nics {
		c.groupsOf, c.idsOf = c.groups.value, c.groupIDs.value
		if !c.groups.ok && !c.groupIDs.ok {
			c.groupsOf = []string{defaultGroup}
		}
		if len(c.idsOf) == 0 {
			for _, name := range c.groupsOf {
				if _, known := g.ids[name]; !known {
					g.add(name, n.seed.id("security_group/"+name, "sg-"))
				}
				c.idsOf = append(c.idsOf, g.ids[name])
			}
		}
	}
	for _, c := range n.nics {
		if len(c.groupsOf) > 0 {
			continue
		}
		for _, id := range c.idsOf {
			if _, known := g.names[id]; !known {
				g.add(g.free(), id)
			}
			c.groupsOf = append(c.groupsOf, g.names[id])
		}
	}
	return true
}

// addGroups adds the groups that an interface gives by name and by id.
func (n *network) addGroups(g *groups, c *nic) bool {
	names, ids := c.groups.value, c.groupIDs.value
	if len(names) != len(ids) {
		return n.refuse(&c.groups, "Security groups that do not match", fmt.Sprintf(
			"There are %d names here and %d ids at line %d, and the first name is that of the first id. Give as many of both, or leave one out.",
			len(names), len(ids), lineOf(&c.groupIDs)))
	}
	for i, name := range names {
		if id, known := g.ids[name]; known && id != ids[i] {
			return n.refuse(&c.groups, "Security groups that do not match", fmt.Sprintf(
				"%q is the name of %s on another interface, and of %s here. Names are unique in a VPC: change one of them.", name, id, ids[i]))
		}
		if other, known := g.names[ids[i]]; known && other != name {
			return n.refuse(&c.groups, "Security groups that do not match", fmt.Sprintf(
				"%s is called %q on another interface, and %q here. Change one of them.", ids[i], other, name))
		}
		g.add(name, ids[i])
	}
	return true
}

// free returns a name that no group has.
func (g *groups) free() string {
	name := defaultGroup
	for i := 1; g.ids[name] != ""; i++ {
		name = fmt.Sprintf("%s-%d", wizardGroup, i)
	}
	return name
}

func checkGroups(given []string) string {
	for i, name := range given {
		switch {
		case len(name) > 3 && name[:3] == "sg-":
			return fmt.Sprintf("%q is an id, not a name. Give ids as vpc_security_group_ids, in a network_interface block as security_group_ids.", name)
		case !groupShape.MatchString(name):
			return fmt.Sprintf("%q is not the name of a security group: it has 1 to 255 letters, digits, spaces and characters such as ._-:/().", name)
		case slices.Contains(given[:i], name):
			return fmt.Sprintf("%q stands here twice.", name)
		}
	}
	return manyGroups(given)
}

func checkGroupIDs(given []string) string {
	for i, id := range given {
		if detail := idWith("sg-")(id); detail != "" {
			return detail
		}
		if slices.Contains(given[:i], id) {
			return fmt.Sprintf("%q stands here twice.", id)
		}
	}
	return manyGroups(given)
}

func manyGroups(given []string) string {
	if len(given) > mostGroups {
		return fmt.Sprintf("There are %d security groups; an interface has %d at most.", len(given), mostGroups)
	}
	return ""
}
