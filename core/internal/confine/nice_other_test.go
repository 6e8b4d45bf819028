//go:build unix && !linux

package confine

// niceness is the nice value itself.
func niceness(returned int) int { return returned }
