package router

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// Instance is one simulated instance.
type Instance struct {
	// Label is its key in the configuration; empty for the unlabelled one.
	Label string
	// Launched is the Last-Modified of listings, and of leaves that have none.
	Launched time.Time
	// Omit are paths, relative to the version root, that are not served, nor
	// what lies below them, whoever owns it. [CheckOmit] says which can be.
	Omit []string
}

// Options say what a [Router] serves.
type Options struct {
	// Mounts are those of all plugins.
	Mounts []Mount
	// Instances are those that there are from the beginning; [Router.Add] adds
	// others. Labels must differ.
	Instances []Instance
	// Render returns the bytes that precede the body of a successful answer.
	// It is called for each leaf that is published and for each listing that
	// is made after that or after a leaf has ended, for different instances at
	// the same time. Size is that of the body in bytes. Required.
	Render func(contentType string, lastModified time.Time, size int) []byte
	// Now is the wall clock. Required.
	Now func() time.Time
	// Resized, when there is one, is told how many bytes of memory an instance
	// takes, about, each time that something is published to it.
	Resized func(instance string, bytes int)
}

// Router answers lookups in what plugins have published. Its methods may be
// called from many goroutines.
type Router struct {
	mounts  *mounts
	index   map[string]int // of versions, by name
	options Options

	mu    sync.RWMutex
	views map[string]*View // by the label of the instance
}

// ErrNoInstance says that there is no such instance, or none any more.
var ErrNoInstance = errors.New("there is no such instance")

// New returns a router to which nothing has been published. The error names
// every malformed mount and every two plugins with the same mount, or the
// malformed paths that an instance is to omit.
func New(o Options) (*Router, error) {
	if o.Render == nil || o.Now == nil {
		return nil, errors.New("make a router: Render and Now are required")
	}
	m, err := newMounts(o.Mounts)
	if err != nil {
		return nil, err
	}
	r := &Router{mounts: m, index: indexVersions(), options: o, views: make(map[string]*View, len(o.Instances))}
	for _, in := range o.Instances {
		if _, err := r.Add(in); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Add makes the view of one more instance, to which nothing has been published.
// The error says that the label is taken, or names the malformed paths that the
// instance is to omit.
func (r *Router) Add(in Instance) (*View, error) {
	omitted, err := newOmission(in.Omit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", instanceName(in.Label), err)
	}
	v := newView(r.mounts, omitted, r.index, in, r.options)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.views[in.Label] != nil {
		return nil, fmt.Errorf("%s is there twice: labels must differ", instanceName(in.Label))
	}
	r.views[in.Label] = v
	return v, nil
}

// Remove forgets an instance. Its view goes on as it is for those who hold it,
// but nothing more is published to it.
func (r *Router) Remove(instance string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.views, instance)
}

// View returns the view of an instance by its label, nil when there is none.
func (r *Router) View(instance string) *View {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.views[instance]
}

// Publish replaces the tree of one plugin for one instance wholly. A tree that
// breaks a rule is refused: the earlier one stays, and the error names the
// plugin, the paths and the mends. Nodes in a longer mount of another plugin,
// and leaves above one, are left out without an error; that plugin overrides
// them. Nodes that the
// instance omits are checked like the others. The bodies are
// kept: nobody may change them afterwards.
func (r *Router) Publish(plugin, instance string, nodes []*pluginv1.Node) error {
	v := r.View(instance)
	if v == nil {
		return fmt.Errorf("plugin %q published a tree for %s: %w", plugin, instanceName(instance), ErrNoInstance)
	}
	p, err := v.press(plugin, nodes)
	if err != nil {
		return fmt.Errorf("tree of plugin %q for %s refused: %w", plugin, instanceName(instance), err)
	}
	v.mu.Lock()
	v.trees[plugin] = p
	size := v.swap(v.now().UnixNano()).size
	v.mu.Unlock()
	if r.options.Resized != nil {
		r.options.Resized(instance, size)
	}
	return nil
}

// View is what one instance is served. It stays the same over all trees that
// are published.
type View struct {
	mounts     *mounts
	omitted    omission
	renderHead func(contentType string, lastModified time.Time, size int) []byte
	now        func() time.Time
	launched   time.Time
	index      map[string]int // of versions, by name
	versions   content        // of "/"

	tree atomic.Pointer[tree] // never nil

	mu    sync.Mutex            // held by whoever replaces tree
	trees map[string]*published // by plugin
}

func newView(m *mounts, omitted omission, index map[string]int, in Instance, o Options) *View {
	v := &View{
		mounts: m, omitted: omitted, renderHead: o.Render, now: o.Now, launched: in.Launched, index: index,
		trees: map[string]*published{},
	}
	v.versions = v.text(versionList())
	v.tree.Store(v.merge(v.now().UnixNano()))
	return v
}

// Size returns about how many bytes of memory the view takes, with all that has
// been published to it.
func (v *View) Size() int { return v.tree.Load().size }

// text makes the content of a listing.
func (v *View) text(body []byte) content {
	return content{head: v.renderHead(textPlain, v.launched, len(body)), body: body, until: never}
}

// swap makes the merged tree of a moment the current one and wakes those who
// wait for the one before to change. The caller holds mu.
func (v *View) swap(now int64) *tree {
	t := v.merge(now)
	if old := v.tree.Swap(t); old.changed != nil {
		close(old.changed)
	}
	return t
}

// current returns the merged tree that holds at the moment now. Only the first
// lookup after a leaf without successor has ended, or after the clock was set
// back over such a moment, has to build it; others that come meanwhile wait.
func (v *View) current(now int64) *tree {
	if t := v.tree.Load(); t.holds(now) {
		return t
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if t := v.tree.Load(); t.holds(now) {
		return t
	}
	return v.swap(now)
}

// instanceName names an instance in error texts.
func instanceName(label string) string {
	if label == "" {
		return "the unlabelled instance"
	}
	return fmt.Sprintf("instance %q", label)
}
