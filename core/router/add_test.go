package router

import (
	"strings"
	"testing"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	r := newRouter(t, &clock{}, "p:a")
	v, err := r.Add(Instance{Label: "web", Launched: launched, Omit: []string{"a/b"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(v.Lookup("/latest/a/c")); got != "pending p" {
		t.Errorf("a new instance: %s", got)
	}
	empty := v.Size()
	nodes := []*pluginv1.Node{leaf("a/b", "omitted"), leaf("a/c", strings.Repeat("x", 1000))}
	if err := r.Publish("p", "web", nodes); err != nil {
		t.Fatal(err)
	}
	if got := v.Size() - empty; got < 1000 || got > 4000 {
		t.Errorf("a tree with 1000 bytes is said to take %d", got)
	}
	if _, err := r.Add(Instance{Label: "web"}); err == nil || err.Error() != `instance "web" is there twice: labels must differ` {
		t.Errorf("added twice: %v", err)
	}
	if _, err := r.Add(Instance{Label: "db", Omit: []string{"/"}}); err == nil || !strings.HasPrefix(err.Error(), `instance "db": omit "/"`) {
		t.Errorf("a path that cannot be omitted: %v", err)
	}

	r.Remove("web")
	if r.View("web") != nil {
		t.Error("a removed instance has a view")
	}
	if err := r.Publish("p", "web", nodes); err == nil {
		t.Error("a tree of a removed instance was taken")
	}
	for path, want := range map[string]string{"/latest/a/c": "200 " + strings.Repeat("x", 1000), "/latest/a/b": "404"} {
		if got := brief(v.Lookup(path)); got != want {
			t.Errorf("who still holds the view finds %s at %s", got, path)
		}
	}
	if again, err := r.Add(Instance{Label: "web"}); err != nil || brief(again.Lookup("/latest/a/c")) != "pending p" {
		t.Errorf("an instance that comes back is not a new one: %v", err)
	}
}
