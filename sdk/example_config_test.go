package sdk_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// greeterConfig is the config block of greeter.
type greeterConfig struct {
	Word      string    `hcl:"word" doc:"What is said." example:"hello"`
	WordRange hcl.Range `hcl:"word,attr_value_range"`
	Times     *int      `hcl:"times" doc:"How often." default:"1"`
}

// greeter is a plugin with a config block.
type greeter struct{ config greeterConfig }

func (g *greeter) Options() any { return greeterConfig{} }

func (g *greeter) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&g.config)
	if strings.ContainsRune(g.config.Word, ' ') {
		diags = append(diags, sdk.Errorf(g.config.WordRange, "Not one word", "Write %q without the space.", g.config.Word))
	}
	return diags
}

func (g *greeter) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) {
	times := 1
	if g.config.Times != nil {
		times = *g.config.Times
	}
	return sdk.Tree{"meta-data/greeting": sdk.Text(strings.Repeat(g.config.Word, times))}, nil
}

// said prints what a plugin has to say of a config block.
func said(p sdk.Plugin, config string) {
	sdktest.Example(func(t testing.TB) {
		for _, d := range sdktest.Start(t, p).Configure(config) {
			kind := "error"
			if d.Severity == hcl.DiagWarning {
				kind = "warning"
			}
			fmt.Printf("%s on line %d: %s; %s\n", kind, d.Subject.Start.Line, d.Summary, d.Detail)
		}
	})
}

// HCL itself finds what is missing, unknown or of the wrong type; the plugin
// adds what only it knows. Everything is told at once and with its place.
func ExampleConfigurer() {
	served(&greeter{}, "word = \"hey\"\ntimes = 2")
	said(&greeter{}, "word = \"good day\"\ntime = 3")
	// Output:
	// meta-data/greeting
	//   | heyhey
	// error on line 2: Unsupported argument; An argument named "time" is not expected here. Did you mean "times"?
	// error on line 1: Not one word; Write "good day" without the space.
}

// configuring is a plugin that has a function in place of a method.
type configuring func(*sdk.Config) error

func (f configuring) Configure(_ context.Context, c *sdk.Config) error { return f(c) }

func (configuring) Tree(context.Context, *sdk.Instance) (sdk.Tree, error) { return nil, nil }

// Beside the config block there is what the plugin's block and the whole
// configuration say.
func ExampleConfig() {
	said(configuring(func(c *sdk.Config) error {
		fmt.Println(c.Name, len(c.Instances), c.Instances[0].InstanceType, c.Mounts == nil)
		return nil
	}), "")
	// Output: test 1 m5.large true
}

func ExampleConfig_Decode() {
	said(configuring(func(c *sdk.Config) error {
		var config struct {
			Size  int `hcl:"size"`
			Boxes []struct {
				Name  string   `hcl:"name,label"`
				Holds []string `hcl:"holds,optional"`
			} `hcl:"box,block"`
		}
		diags := c.Decode(&config)
		fmt.Printf("%+v\n", config)
		return diags
	}), "size = 3\nbox \"a\" { holds = [\"tea\"] }\nbox \"b\" {}")
	// Output: {Size:3 Boxes:[{Name:a Holds:[tea]} {Name:b Holds:[]}]}
}

// A relative path of the configuration is meant from the folder of its file,
// wherever mockmd was started.
func ExampleConfig_Path() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, configuring(func(c *sdk.Config) error {
			fmt.Println(c.Path("tags.txt"), c.Path("/srv/../etc/tags.txt"))
			return nil
		}))
		p.Dir = "/etc/mockmd"
		sdktest.Expect(t, p.Configure(""))
	})
	// Output: /etc/mockmd/tags.txt /etc/tags.txt
}

// The options come from the tags of the struct that Configure decodes.
// `mockmd plugin describe` prints them.
func ExampleDocumenter() {
	sdktest.Example(func(t testing.TB) {
		for _, o := range sdktest.Start(t, &greeter{}).Describe().Options {
			fmt.Println(o.Name, o.Type, o.Required, o.Default, o.Example, o.Doc)
		}
	})
	// Output:
	// word string true  "hello" What is said.
	// times number false 1  How often.
}

// at is where the value of size stands in these examples.
type sized struct {
	Size  int       `hcl:"size"`
	Range hcl.Range `hcl:"size,attr_value_range"`
}

func ExampleErrorf() {
	said(configuring(func(c *sdk.Config) error {
		var config sized
		diags := c.Decode(&config)
		if config.Size > 40 {
			diags = append(diags, sdk.Errorf(config.Range, "Too big", "The biggest size is %d.", 40))
		}
		return diags
	}), "\nsize = 41")
	// Output: error on line 2: Too big; The biggest size is 40.
}

// What is accepted and yet looks like a mistake is told, and keeps nothing from
// running.
func ExampleWarningf() {
	said(configuring(func(c *sdk.Config) error {
		var config sized
		diags := c.Decode(&config)
		if config.Size == 0 {
			diags = append(diags, sdk.Warningf(config.Range, "Nothing fits", "With size 0 nothing is served."))
		}
		return diags
	}), "size = 0")
	// Output: warning on line 1: Nothing fits; With size 0 nothing is served.
}

// The core prints a diagnostic with the source that it points at, but for one
// that is withheld: the value may be a secret.
func ExampleWithheld() {
	said(configuring(func(c *sdk.Config) error {
		var config struct {
			Password string    `hcl:"password"`
			Range    hcl.Range `hcl:"password,attr_value_range"`
		}
		diags := c.Decode(&config)
		if len(config.Password) < 8 {
			diags = append(diags, sdk.Withheld(sdk.Errorf(config.Range, "Short password", "It has fewer than 8 characters.")))
		}
		return diags
	}), `password = "secret"`)
	// Output: error on line 1: Short password; It has fewer than 8 characters.
}

// Checks go on after Decode has found something, so that all mistakes are told
// at once; what would only be an echo of what Decode has found is left out.
func ExampleTogether() {
	said(configuring(func(c *sdk.Config) error {
		var config sized
		found := c.Decode(&config)
		var own hcl.Diagnostics
		if config.Size < 1 { // as it is where Decode could not read it
			own = append(own, sdk.Errorf(config.Range, "Too small", "The smallest size is 1."))
		}
		return sdk.Together(found, own)
	}), "size = \"big\"")
	// Output: error on line 1: Unsuitable value type; Unsuitable value: a number is required
}

// A plugin shows its version to operators.
func ExampleVersioner() {
	sdktest.Example(func(t testing.TB) {
		fmt.Println(sdktest.Start(t, told{}).Describe().Version)
	})
	// Output: 1.2.3
}

// A plugin says in a few words, when mockmd has started, what it is configured
// to do.
func ExampleSummarizer() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, told{})
		sdktest.Expect(t, p.Configure(""))
		fmt.Println(p.Summary())
	})
	// Output: two shelves
}

// told is a plugin that has something to tell.
type told struct{ place }

func (told) Version() string { return "1.2.3" }

func (told) Summary() string { return "two shelves" }

// A plugin keeps files between runs in a folder of its own, which it makes when
// it has something to keep.
func ExampleConfig_stateDir() {
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, configuring(func(c *sdk.Config) error {
			_, err := os.Stat(c.StateDir)
			fmt.Println(os.IsNotExist(err))
			return nil
		}))
		p.StateDir = t.TempDir() + "/plugin"
		sdktest.Expect(t, p.Configure(""))
	})
	// Output: true
}
