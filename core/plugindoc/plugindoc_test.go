package plugindoc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/core/plugindoc"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// everything is a description with everything in it.
func everything() *pluginv1.DescribeResponse {
	return &pluginv1.DescribeResponse{
		Name: "rack\x1b[2J", Version: "1.2", Sdk: "go v1", Mounts: []string{"meta-data/a", "meta-data/b"},
		Actions:      []*pluginv1.Action{{Name: "rack/power", Doc: "Turns it\non."}, {Name: "rack/read", ReadOnly: true}},
		Capabilities: []pluginv1.Capability{pluginv1.Capability_CAPABILITY_VALIDITY},
		OptionsTold:  true,
		Options: []*pluginv1.Option{
			{Name: "row", Type: "number", Required: true, Doc: "One | two.", Example: "7"},
			{Name: "quote", Type: "string", Default: "\"a`b\""},
			{Name: "shelf", Type: "block", Multiple: true, Labels: []string{"name", "side"}, Doc: "A shelf."},
			{Name: "shelf.name", Type: "label", Required: true, Doc: "Which."},
			{Name: "shelf.side", Type: "label", Required: true},
			{Name: "shelf.box", Type: "block"},
			{Name: "lock", Type: "block", Required: true},
			{Name: "*", Type: "any"},
		},
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	const want = "# rack [2J\n\n" +
		"- version: 1.2\n- SDK: go v1\n- mounts: `meta-data/a`, `meta-data/b`\n" +
		"- action: `POST /rack/power`: Turns it on.\n- action: `GET /rack/read`\n" +
		"- validity: what it serves is valid for a time, and `/status` tells whether it is now\n\n" +
		"## Options\n\n| option | type | default | is |\n|---|---|---|---|\n" +
		"| `row` | number | required | One \\| two. Example: `7` |\n" +
		"| `quote` | string | ``\"a`b\"`` |  |\n" +
		"| `shelf \"NAME\" \"SIDE\"` | blocks |  | A shelf. `NAME`: Which. |\n" +
		"| `shelf.box` | block, at most one |  |  |\n" +
		"| `lock` | block | required |  |\n" +
		"| `*` | any |  |  |\n"
	if diff := cmp.Diff(want, plugindoc.Markdown(everything())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOptionsThatAreNotThere(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]*pluginv1.DescribeResponse{
		"None.\n": {OptionsTold: true}, "Not told.\n": {},
	} {
		if got := plugindoc.Options(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, d := range map[string]*pluginv1.DescribeResponse{
		`"options": []`: {OptionsTold: true}, `"options": null`: {},
	} {
		if got, err := plugindoc.JSON(d); err != nil || !strings.Contains(got, want) || !strings.Contains(got, `"mounts": []`) {
			t.Errorf("%s %v, want %s", got, err, want)
		}
	}
}
