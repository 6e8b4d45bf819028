package iam

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// ecsBlock is ecs "N" { … }: one folder of task credentials.
type ecsBlock struct {
	Number      string      `hcl:"number,label"`
	NumberRange hcl.Range   `hcl:"number,label_range"`
	Tasks       []taskBlock `hcl:"task,block" doc:"The credentials of one task: TASKID-ROLETYPE."`
}

// taskBlock is task "TASKID-ROLETYPE" { … }.
type taskBlock struct {
	Name      string    `hcl:"name,label"`
	NameRange hcl.Range `hcl:"name,label_range"`
	Role      string    `hcl:"role" doc:"Role block whose credentials it has."`
	RoleRange hcl.Range `hcl:"role,attr_value_range"`
}

// ecsSet is a checked ecs block.
type ecsSet struct {
	mount string
	tasks []ecsTask
}

// ecsTask is one entry: the credentials that a task has.
type ecsTask struct {
	name string
	role *role
}

// The ECS agent divides the name of an entry at its first hyphen.
var (
	ecsNumberPattern = lazyregexp.New(`^(?:0|[1-9][0-9]{0,8})$`)
	ecsTaskPattern   = lazyregexp.New(`^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+$`)
)

const longestTask = 128 // characters

// checkECS sets the task credentials. Roles are known already.
func (s *settings) checkECS(blocks []ecsBlock, instances []*sdk.Instance) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[string]hcl.Range{}
	for i := range blocks {
		b := &blocks[i]
		if at, twice := first[b.Number]; twice {
			diags = append(diags, sdk.Errorf(b.NumberRange, "Duplicate ecs block", "ecs %q is defined at %s already.", b.Number, at))
			continue
		}
		first[b.Number] = b.NumberRange
		set := &ecsSet{mount: mountECS + b.Number}
		if !ecsNumberPattern.MatchString(b.Number) {
			diags = append(diags, sdk.Errorf(b.NumberRange, "Invalid number of an ecs block",
				"The label of an ecs block is a number such as \"1\"; it becomes the N of meta-data/iam-ecs-N."))
		} else if !s.mounted(set.paths()...) && len(b.Tasks) > 0 {
			diags = append(diags, sdk.Errorf(b.NumberRange, "Task credentials are not mounted",
				"The plugin has the mount %s only. Add %q to it, or remove the block.", strings.Join(s.mounts, ", "), set.mount))
		}
		if len(b.Tasks) == 0 {
			diags = append(diags, sdk.Errorf(b.NumberRange, "No task",
				"An ecs block needs at least one task block: task \"TASKID-ROLETYPE\" { role = \"NAME\" }."))
		}
		diags = append(diags, s.checkTasks(set, b.Tasks, instances)...)
		s.ecs = append(s.ecs, set)
	}
	return diags
}

func (s *settings) checkTasks(set *ecsSet, blocks []taskBlock, instances []*sdk.Instance) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[string]hcl.Range{}
	for i := range blocks {
		b := &blocks[i]
		if at, twice := first[b.Name]; twice {
			diags = append(diags, sdk.Errorf(b.NameRange, "Duplicate task", "The task %q is defined at %s already.", b.Name, at))
			continue
		}
		first[b.Name] = b.NameRange
		if len(b.Name) > longestTask || !ecsTaskPattern.MatchString(b.Name) {
			diags = append(diags, sdk.Errorf(b.NameRange, "Invalid task name",
				"The name of a task's credentials is TASKID-ROLETYPE, such as \"0123456789abcdef0123456789abcdef-TaskApplication\": "+
					"letters, digits and hyphens, at most %d.", longestTask))
		}
		r, ok := s.named(b.Role)
		if !ok {
			diags = append(diags, sdk.Errorf(b.RoleRange, "Unknown role",
				"No role block of the iam plugin is called %q; %s", b.Role, s.nearest(b.Role)))
			continue
		}
		set.tasks = append(set.tasks, ecsTask{b.Name, r})
		for _, in := range instances {
			if d := mismatch(r, in, b.RoleRange); d != nil && set.on(in) {
				diags = append(diags, d)
			}
		}
	}
	return diags
}

// on says whether an instance runs the tasks: the unlabelled one does, so that
// no other is handed credentials by default.
func (*ecsSet) on(in *sdk.Instance) bool { return in.Label == "" }
