package router

import "testing"

func TestOrder(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a", "q:a/d/m", "q:a/d/z")
	publish(t, r, "p",
		dir("a/d", "", "web", "unknown", "Name", "dir", "later"),
		leaf("a/d/Name", "n"), leaf("a/d/web", "w"), leaf("a/d/b", "b"), leaf("a/d/B", "B"), leaf("a/d/b-a", "b-a"),
		leaf("a/d/dir/y", "y"), leaf("a/d/dir/x", "x"),
		since(leaf("a/d/later", "l"), "2020-10-27"),
		since(leaf("a/d/last", "l"), "2021-01-03"),
		dir("a/e", "", "x"),
	)
	publish(t, r, "q", leaf("a/d/m", "m"), leaf("a/d/z/x", "z"))
	expect(t, r,
		"/latest/a/d", "200 web,Name,dir/,later,B,b,b-a,last,m,z/",
		"/2020-10-27/a/d/", "200 web,Name,dir/,later,B,b,b-a,m,z/",
		"/1.0/a/d/", "200 web,Name,dir/,B,b,b-a,m,z/",
		"/latest/a/d/dir", "200 x,y", // the order is of one level
		"/latest/a/d/unknown", "404",
		"/latest/a/e", "200 ",
		"/latest/a", "200 d/,e/",
	)
	// Another plugin's child stands where it is named.
	publish(t, r, "p", dir("a/d", "", "z"), leaf("a/d/n", "n"))
	expect(t, r, "/latest/a/d", "200 z/,m,n")
	publish(t, r, "p", leaf("a/d/n", "n"))
	expect(t, r, "/latest/a/d", "200 m,n,z/")
}

func TestOrderOfLabels(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:keys")
	publish(t, r, "p",
		dir("keys", "", "10", "9"),
		dir("keys/9", "9=nine"), dir("keys/10", "10=ten"), dir("keys/8", "8=eight"),
	)
	expect(t, r, "/latest/keys/", "200 10=ten,9=nine,8=eight") // it names children, not their labels
}

func TestLabelOfLeaf(t *testing.T) {
	t.Parallel()
	c := &clock{t: launched}
	r := newRouter(t, c, "p:user", "p:a")
	replaced := ends(leaf("a/m", "m", "n"), moment0(1))
	replaced.GetLeaf().GetSuccessor().Label = "not looked at"
	publish(t, r, "p",
		labelled(leaf("user", "u"), "users"),
		labelled(leaf("a/ec2-user", "ssh-rsa"), "ec2-user/"),
		labelled(leaf("a/b", "b"), "z"),
		labelled(ends(leaf("a/x", "1", "2"), moment0(1)), "x!"),
		replaced,
	)
	for _, second := range []int{0, 1} {
		c.t = moment0(second)
		expect(t, r,
			"/latest/", "200 a,users",
			"/latest/a/", "200 z,ec2-user/,m,x!", // sorted by names, not by labels
			"/latest/a/ec2-user", "200 ssh-rsa",
			"/latest/a/ec2-user/", "200 ssh-rsa",
			"/latest/a/z", "404",
			"/latest/users", "404",
			"/latest/user", "200 u",
		)
	}
}
