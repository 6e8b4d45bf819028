package supervise

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of processor time in /proc; it is the same on all
// architectures that Go runs on.
const clockTick = time.Second / 100

func usageOf(pid int) (u Usage) {
	if pid == 0 {
		return u
	}
	if s, err := statOf(pid); err == nil {
		u.CPU = time.Duration(s.ticks) * clockTick
	}
	u.RSS = kilobytes(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	u.PSS = kilobytes(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:")
	return u
}

// kilobytes reads a line like "VmRSS:  100 kB" of a file, in bytes; 0 when it
// cannot.
func kilobytes(file, name string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name {
			kb, _ := strconv.ParseInt(f[1], 10, 64) // 0 is not known
			return kb << 10
		}
	}
	return 0
}
