// Package sdk is all that the author of a mockmd plugin needs.
//
// A plugin is a function from an instance to a tree: it is given the facts of
// a simulated EC2 instance and returns every path that it serves for it. It is
// a program of its own, which mockmd starts, serves from memory and starts again
// when it dies. `mockmd plugin new NAME` writes one to begin with.
//
// # Fixed values
//
// The smallest plugin has three lines:
//
//	func main() {
//		sdk.Serve(sdk.Static{"meta-data/hello": "world"})
//	}
//
// # A tree
//
// A type of your own is a [Plugin] when it has the method Tree. It is also a
// [Mounter], so that its block in the configuration need not say which paths it
// claims:
//
//	func (place) Mounts() []string { return []string{"meta-data/place"} }
//
//	func (place) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
//		return sdk.Tree{
//			"meta-data/place/zone":    sdk.Text(in.AvailabilityZone),
//			"meta-data/place/address": sdk.Text(in.PrivateIP),
//		}, nil
//	}
//
// A [Leaf] may have a content type, the API version that it is there since, and
// a moment at which the core replaces it by another leaf, even when the plugin
// is dead by then; [Leaf.Audit] has the core log who reads it. All else grows
// from here by optional interfaces, one concept at a time.
//
// # Configuration
//
// A [Configurer] takes arguments. The config block of its plugin block is
// decoded into a struct with `hcl` tags, and HCL tells the user what is missing,
// unknown or of the wrong type, with file and line. The plugin adds what only it
// knows, at the place of the value: a field tagged attr_value_range has it.
//
//	type greeterConfig struct {
//		Word      string    `hcl:"word" doc:"What is said." example:"hello"`
//		WordRange hcl.Range `hcl:"word,attr_value_range"`
//		Times     *int      `hcl:"times" doc:"How often." default:"1"`
//	}
//
//	func (g *greeter) Configure(_ context.Context, c *sdk.Config) error {
//		diags := c.Decode(&g.config)
//		if strings.ContainsRune(g.config.Word, ' ') {
//			diags = append(diags, sdk.Errorf(g.config.WordRange, "Not one word", "Write %q without the space.", g.config.Word))
//		}
//		return diags
//	}
//
// `mockmd validate` calls Configure too, so it does nothing but remember. One
// process has one configuration: what Configure stores needs no lock. A
// [Documenter] returns the same struct, and `mockmd plugin describe` prints its
// options from the tags.
//
// # Background work
//
// A [Runner] works while it is served, and says so when Tree would return
// something else now. Run and Tree overlap, so what they share needs a lock.
//
//	func (c *counter) Run(ctx context.Context, h sdk.Host) error {
//		for tick := time.NewTicker(time.Millisecond); ; {
//			select {
//			case <-ctx.Done():
//				tick.Stop()
//				return nil
//			case <-tick.C:
//			}
//			c.mu.Lock()
//			c.n++
//			checkpoint := strconv.Itoa(c.n)
//			c.mu.Unlock()
//			h.Changed() // Tree is called again
//			if err := h.Checkpoint([]byte(checkpoint)); err != nil {
//				return err
//			}
//		}
//	}
//
// A plugin whose upstream is away keeps what it has published and calls
// [Host.Degraded]. An [Expirer] says until when what it serves is valid.
//
// # Live nodes
//
// What merely changes is a new tree. What depends on the request is a [Live]
// node: the core asks the plugin each time, with a deadline.
//
//	func (asking) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
//		return sdk.Tree{"meta-data/upper": sdk.Live{Subtree: true, Resolve: upper}}, nil
//	}
//
//	func upper(_ context.Context, r *sdk.Request) (sdk.Leaf, error) {
//		word, ok := strings.CutPrefix(r.Path, "meta-data/upper/")
//		if !ok || word == "" {
//			return sdk.Leaf{}, sdk.ErrNotFound // 404
//		}
//		return sdk.Text(strings.ToUpper(word) + " for " + r.Client.String()), nil
//	}
//
// # Actions
//
// An [Actor] lets operators tell it something, by the admin listener.
//
//	func (l *lamp) Actions() []sdk.Action {
//		return []sdk.Action{{Name: "lamp/switch", Doc: "Switches the lamp on or off.", Do: l.turn}}
//	}
//
// # Checkpoints
//
// What [Host.Checkpoint] was given is in the core's memory when the process
// crashes, and a [Restorer] gets it back before anything else is asked of it:
//
//	func (c *counter) Restore(_ context.Context, checkpoint []byte) (err error) {
//		c.n, err = strconv.Atoi(string(checkpoint))
//		return err
//	}
//
// What shall survive the core too belongs into files in [Config.StateDir]:
// package [github.com/mockmd/mockmd/sdk/statefile].
//
// # Several instances
//
// Tree is called for each instance of the configuration. The plugin place above
// needs nothing for that; one that keeps something for an instance keeps it by
// [Instance.Label]:
//
//	web, db := sdktest.Instance(), sdktest.Instance()
//	web.Label, db.Label = "web", "db"
//
// # Tests
//
// Package [github.com/mockmd/mockmd/sdk/sdktest] tests a plugin over the real
// contract, in the test's own process and in virtual time; the examples of this
// package are made with it. `mockmd plugin describe` and `mockmd validate` show
// the built program to its users.
//
// The package imports nothing of the core and nothing of the built-in plugins,
// and none of its exported names shows a type of the transport.
package sdk
