package main

import (
	"fmt"
	"regexp"
	"strings"
)

// key is what EC2 allows in the key of a tag that its metadata service shows.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
var key = regexp.MustCompile(`^[A-Za-z0-9+\-._:@,]{1,128}$`)

// parse reads lines of KEY=VALUE. Empty lines and those that begin with # are
// left out. The error names the line.
func parse(text []byte) (map[string]string, error) {
	tags := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, value, ok := strings.Cut(line, "=")
		switch {
		case !ok:
			return nil, fmt.Errorf("line %d has no =: write KEY=VALUE", n)
		case !key.MatchString(k) || k == "." || k == "..":
			return nil, fmt.Errorf("line %d: %q is no key that the metadata service shows: letters, digits and + - . _ : @ , are", n, k)
		}
		if _, twice := tags[k]; twice {
			return nil, fmt.Errorf("line %d: the tag %q is there already", n, k)
		}
		tags[k] = value
	}
	return tags, nil
}
