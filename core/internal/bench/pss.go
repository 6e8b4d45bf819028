package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// treePSS sums the proportional set sizes of a process and all below it, in
// megabytes. mockmd's processes are not dumpable, so only root may read them.
func treePSS(pid int) (float64, error) {
	sum, err := pss(pid)
	if err != nil {
		return 0, fmt.Errorf("read memory of process %d (needs Linux and root): %w", pid, err)
	}
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return 0, err
	}
	for _, file := range children {
		list, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(list)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				return 0, err
			}
			more, err := treePSS(child)
			if err != nil {
				return 0, err
			}
			sum += more
		}
	}
	return sum, nil
}

func pss(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("no Pss for process %d", pid)
}
