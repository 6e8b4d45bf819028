package iam

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// roleOf returns the role that an instance has, and false when it has none. An
// instance takes the role that its iam_instance_profile names; the unlabelled
// one takes the only role without being told.
func (s *settings) roleOf(in *sdk.Instance) (*role, bool, error) {
	if in.IAMInstanceProfile == "" {
		if in.Label == "" && len(s.roles) == 1 {
			return s.roles[0], true, nil
		}
		return nil, false, nil
	}
	if r, ok := s.named(in.IAMInstanceProfile); ok {
		return r, true, nil
	}
	return nil, false, fmt.Errorf("%s has the instance profile %q, and no role of the iam plugin is called that; %s",
		describeInstance(in), in.IAMInstanceProfile, s.nearest(in.IAMInstanceProfile))
}

// checkInstances checks that each profile names a role.
func (s *settings) checkInstances(c *sdk.Config) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, in := range c.Instances {
		if _, _, err := s.roleOf(in); err != nil {
			at, ok := in.Range("iam_instance_profile")
			if !ok {
				at = c.Body.MissingItemRange()
			}
			diags = append(diags, sdk.Errorf(at, "Unknown instance profile",
				"No role block of the iam plugin is called %q; %s", in.IAMInstanceProfile, s.nearest(in.IAMInstanceProfile)))
		}
	}
	return diags
}

// nearest proposes a role for a name that is none.
func (s *settings) nearest(name string) string {
	names := make([]string, len(s.roles))
	for i, r := range s.roles {
		names[i] = r.name
	}
	return propose(name, names, "there is no role block at all.")
}
