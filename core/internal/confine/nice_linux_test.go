package confine

// niceness is what the system call, which returns 20 minus the nice value to
// stay positive, means.
func niceness(returned int) int { return 20 - returned }
