package iam

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// Every struct that holds secrets is printed in every way, by value and by
// pointer, and none may show them.
func TestNothingPrintsSecrets(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	k := keys{accessKeyID: "AKIA", secret: newSecret(canary + "1"), token: newSecret(canary + "2")}
	s := testSession()
	s.keys = k
	b := &bootstrap{id: 1, keys: k}
	g := newRig(t, oneRole)
	g.p.state.current = b
	g.p.state.sim.key = newSecret(canary + "3")
	r := g.grant("app")
	r.session, r.works = s, b
	var logged strings.Builder
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &logged})
	logJSON := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &logged, JSONFormat: true})
	for _, v := range []any{
		k, &k, k.secret, &k.secret, *s, s, *b, b, r, *r,
		assumed{keys: k},
		&assumed{keys: k},
		ticket{keys: k, web: k.token, ready: &assumed{keys: k}},
		way{by: &staticSource{keys: k}, set: b},
		&staticSource{keys: k},
		staticSource{keys: k},
		assumeRequest{mfaCode: k.secret},
		mfaCode{code: k.secret},
		plan{session: s, ways: []way{{set: b}}},
		g.p.state.look(map[*role]string{r.role: "app"}), g.p.state.look(map[*role]string{r.role: "app"}).grants["app"], g.p.state.tell(),
		g.p.state.sim, &g.p.state.sim,
		struct{ k keys }{k},
		map[string]keys{"k": k},
		[]secret{k.secret},
	} {
		var printed strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", v)
		}
		data, err := json.Marshal(v)
		if err != nil {
			data = nil
		}
		printed.Write(data)
		log.Info("value", "v", v)
		logJSON.Info("value", "v", v)
		for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
			if strings.Contains(printed.String(), form) || strings.Contains(logged.String(), form) {
				t.Fatalf("%T shows its secrets:\n%s\n%s", v, printed.String(), logged.String())
			}
		}
	}
	if k.secret.String() != "[secret]" || k.secret.GoString() != "[secret]" || k.secret.reveal() != "CANARY1" || !(secret{}).empty() {
		t.Error("secret is not what it should be")
	}
}
