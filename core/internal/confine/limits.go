package confine

import (
	"fmt"
	"strconv"
	"strings"
)

// Variable is the environment variable in which limits cross. It is gone
// before the plugin runs.
const Variable = "MOCKMD_LIMITS"

// Limits are what the system lets one plugin process have. The zero value
// limits nothing.
type Limits struct {
	// Memory is how many bytes of private memory the process may map writable
	// (RLIMIT_DATA); 0 is no limit. It counts what is mapped, used or not.
	Memory uint64
	// OpenFiles is how many file descriptors it may have (RLIMIT_NOFILE); 0
	// leaves the limit as it is.
	OpenFiles uint64
	// Processes is how many processes and threads the user may have, of all
	// programs together, for the process to start another (RLIMIT_NPROC); 0
	// leaves the limit as it is. The system does not apply it to root.
	Processes uint64
	// Nice is by how much the process gives way to others, 0 to 19.
	Nice int
}

// Environ returns the limits as a variable for a process's environment.
func (l Limits) Environ() string {
	return fmt.Sprintf("%s=%d %d %d %d", Variable, l.Memory, l.OpenFiles, l.Processes, l.Nice)
}

// parse reads the value of the variable.
func parse(value string) (l Limits, err error) {
	fields := strings.Fields(value)
	numbers := make([]uint64, 4)
	if len(fields) != len(numbers) {
		return l, fmt.Errorf("%s has %d numbers, want %d", Variable, len(fields), len(numbers))
	}
	for i, f := range fields {
		if numbers[i], err = strconv.ParseUint(f, 10, 63); err != nil {
			return l, fmt.Errorf("%s: %w", Variable, err)
		}
	}
	return Limits{Memory: numbers[0], OpenFiles: numbers[1], Processes: numbers[2], Nice: int(numbers[3])}, nil
}
