package instance

// list returns a list that may be nil as an argument for take: nil is one that
// is not given.
func list(given []string) *[]string {
	if given == nil {
		return nil
	}
	return &given
}

// each checks all elements of a list and tells the first wrong one.
func each(check func(string) string) func([]string) string {
	return func(given []string) string {
		for _, element := range given {
			if detail := check(element); detail != "" {
				return detail
			}
		}
		return ""
	}
}
