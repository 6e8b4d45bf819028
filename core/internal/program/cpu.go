package program

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// CPU returns how much processor time the threads of processes have used that
// still run. It reads the scheduler's own count in /proc, which is exact to the
// nanosecond, and so works on Linux alone. A process that has ended counts as
// nothing.
func CPU(pids ...int) (time.Duration, error) {
	var sum time.Duration
	for _, pid := range pids {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		if err != nil {
			return 0, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
				continue
			}
			if err != nil {
				return 0, fmt.Errorf("read the processor time of process %d: %w", pid, err)
			}
			ran, _, _ := bytes.Cut(text, []byte(" "))
			n, err := strconv.ParseInt(string(ran), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the processor time of process %d: %w", pid, err)
			}
			sum += time.Duration(n)
		}
	}
	return sum, nil
}
