package router

import (
	"slices"
	"strings"
	"testing"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	got := Versions()
	if len(got) != 30 || got[0] != "1.0" || got[29] != "latest" || !slices.IsSorted(got[:29]) {
		t.Errorf("Versions() = %v", got)
	}
	got[0] = "changed"
	if Versions()[0] != "1.0" {
		t.Error("a caller can change the versions")
	}
	r := newRouter(t, &clock{})
	for _, name := range Versions() {
		if got := r.View("").Lookup("/" + name); got.Kind != Content || got.Version != name {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, name := range []string{"Latest", "2099-01-01", "2016-11-15", "1.0 ", "0", "2020-10-2", "2020-10-277"} {
		expect(t, r, "/"+name, "404")
	}
}

func TestSinceIndex(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ since, want string }{
		{"", "1.0"},
		{"1.0", "1.0"},
		{"2007-01-19", "2007-01-19"},
		{"2000-01-01", "2007-01-19"},
		{"2020-08-24", "2020-10-27"},
		{"2020-10-27", "2020-10-27"},
		{"2020-10-28", "2021-01-03"},
		{"2024-04-11", "2024-04-11"},
		{"2024-04-12", "latest"},
		{"9999-12-31", "latest"},
	} {
		index, err := sinceIndex(tt.since)
		if err != nil || versions[index] != tt.want {
			t.Errorf("sinceIndex(%q) = %d, %v, want that of %s", tt.since, index, err, tt.want)
		}
	}
	for _, since := range []string{"latest", "2020", "2020-13-01", "2020-1-1", " 2020-10-27", "2.0", "2020-10-27T00:00:00Z"} {
		if _, err := sinceIndex(since); err == nil || !strings.Contains(err.Error(), "is not a date: write it as") {
			t.Errorf("sinceIndex(%q): %v", since, err)
		}
	}
}

func TestSinceShows(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:meta-data", "q:dynamic")
	publish(t, r, "p",
		leaf("meta-data/ami-id", "ami-1"),
		since(leaf("meta-data/placement/region", "us-east-1"), "2020-08-24"),
		since(leaf("meta-data/placement/availability-zone", "us-east-1a"), "2008-02-01"),
		since(leaf("meta-data/future", "f"), "2030-01-01"),
		since(dir("meta-data/empty", ""), "2012-01-12"),
		since(live("meta-data/now"), "2021-01-03"),
	)
	publish(t, r, "q", since(leaf("dynamic/x", "x"), "2009-04-04"))
	expect(t, r,
		"/1.0", "200 meta-data",
		"/1.0/meta-data/", "200 ami-id",
		"/1.0/meta-data/placement", "404",
		"/1.0/meta-data/placement/region", "404",
		"/2007-12-15/meta-data/placement/", "404",
		"/2008-02-01/meta-data/", "200 ami-id,placement/",
		"/2008-02-01/meta-data/placement/", "200 availability-zone",
		"/2008-09-01/", "200 meta-data",
		"/2009-04-04/", "200 dynamic,meta-data",
		"/2012-01-12/meta-data/", "200 ami-id,empty/,placement/",
		"/2012-01-12/meta-data/empty/", "200 ",
		"/2011-05-01/meta-data/empty/", "404",
		"/2019-10-01/meta-data/placement/region", "404",
		"/2020-10-27/meta-data/placement/region", "200 us-east-1",
		"/2020-10-27/meta-data/placement", "200 availability-zone,region",
		"/2020-10-27/meta-data/now", "404",
		"/2021-01-03/meta-data/now", "live p meta-data/now meta-data/now@2021-01-03",
		"/2024-04-11/meta-data/future", "404",
		"/latest/meta-data/future", "200 f",
		"/latest/meta-data", "200 ami-id,empty/,future,now,placement/",
		"/2099-01-01/meta-data/ami-id", "404",
		"/2020-08-24/meta-data/ami-id", "404",
	)
}

func TestUnvisibleSubtree(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	publish(t, r, "p", since(subtree("a"), "2020-10-27"))
	expect(t, r,
		"/2019-10-01/a", "404", "/2019-10-01/a/x", "404", "/2019-10-01/", "200 ",
		"/2020-10-27/a/x", "live p a a/x@2020-10-27", "/2020-10-27/", "200 a",
	)
}
