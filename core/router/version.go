package router

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// versions are the API versions of the real service as of 2024, oldest first.
// Some dates that its documentation gives for categories are not among them.
// It is never changed.
var versions = [...]string{
	"1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15",
	"2008-02-01", "2008-09-01", "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12",
	"2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02",
	"2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03",
	"2021-03-23", "2021-07-15", "2022-07-09", "2022-09-24", "2024-04-11", "latest",
}

const (
	latest = len(versions) - 1 // the index of "latest"
	absent = len(versions)     // the index of what no version shows
)

// Versions returns the API versions in the order in which "/" lists them:
// oldest first, "latest" last. The caller may change the slice.
func Versions() []string { return slices.Clone(versions[:]) }

// isVersion says whether a path may begin with name.
func isVersion(name string) bool { return slices.Contains(versions[:], name) }

// indexVersions returns the place of each API version in versions. Every
// lookup needs it, and a map takes a third of the time of a search.
func indexVersions() map[string]int {
	index := make(map[string]int, len(versions))
	for i, name := range versions {
		index[name] = i
	}
	return index
}

// sinceIndex returns the first version that shows a node with the given since:
// the next one on when the date is no version itself.
func sinceIndex(since string) (int, error) {
	if since == "" || since == versions[0] {
		return 0, nil
	}
	if _, err := time.Parse(time.DateOnly, since); err != nil {
		return 0, fmt.Errorf("since %q is not a date: write it as %q, or leave it out for every version", shown(since), "2020-10-27")
	}
	index, _ := slices.BinarySearch(versions[:latest], since)
	return index, nil
}

// versionList is the body of "/".
func versionList() []byte { return []byte(strings.Join(versions[:], "\n")) }
