package program

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Tree returns the process ids of a process and of all below it, itself first.
// It reads /proc and so works on Linux alone.
func Tree(pid int) ([]int, error) {
	tree := []int{pid}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		list, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(list)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				return nil, err
			}
			below, err := Tree(child)
			if err != nil {
				return nil, err
			}
			tree = append(tree, below...)
		}
	}
	return tree, nil
}

// PSS returns the sum of the proportional set sizes of processes in bytes.
// mockmd's processes are not dumpable, so that root alone may read it. A
// process that has ended counts as nothing.
func PSS(pids ...int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read the memory of process %d (root alone may): %w", pid, err)
		}
		for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
			if f := strings.Fields(s.Text()); len(f) == 3 && f[0] == "Pss:" {
				kb, err := strconv.ParseInt(f[1], 10, 64)
				if err != nil {
					return 0, err
				}
				sum += kb << 10
			}
		}
	}
	return sum, nil
}
