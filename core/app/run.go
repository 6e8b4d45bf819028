package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/mockmd/mockmd/core/config"
)

// validateEach is how many instances of each for_each Validate evaluates.
const validateEach = 2000

// Validate checks the configuration, the plugins' parts included, and prints
// what is wrong with it. Nothing listens and no plugin is run.
func Validate(ctx context.Context, o Options) error {
	o.checkEach = validateEach
	g, _, err := first(ctx, &o, nil)
	if err != nil {
		return err
	}
	g.close()
	if o.JSON {
		return nil // it has said so
	}
	fmt.Fprintf(o.Stdout, "%s is valid: %s, %d plugins\n", o.ConfigPath, extent(g.file), len(g.file.Plugins))
	return nil
}

// Run serves what the configuration says until ctx ends, and then stops in
// order: the listeners finish what they have begun, then the plugins end. The
// errors are [ErrConfiguration], [*UsageError], [*AddressError],
// [*SocketError] and failures of a listener, or to become another user.
func Run(ctx context.Context, o Options) error {
	o.serves = true
	handed, err := handedOver(o.manager().Sockets())
	if err != nil {
		return err
	}
	g, h, err := first(ctx, &o, handed)
	if errors.Is(err, context.Canceled) {
		return nil // asked to stop before it began
	}
	if err != nil {
		return err
	}
	s := newService(h, g)
	if s.listeners = h.bound; s.listeners == nil {
		if s.listeners, err = h.open(ctx, g.file); err != nil {
			g.close()
			return err
		}
	}
	h.started = true
	h.compare(s.log, g.file)
	s.summary(o.Stdout, o.Version)
	return s.run(ctx)
}

// extent says which instances there are, and how many of them have been
// checked.
func extent(file *config.File) string {
	n := file.Instances.Size()
	if n == 1 && file.Instance != nil {
		return "instance " + file.Instance.Facts.ID
	}
	out := fmt.Sprintf("%d instances", n)
	if unchecked := file.Instances.Unchecked(validateEach); unchecked > 0 {
		out += fmt.Sprintf(" (%d of them not checked: of each for_each the first %d are)", unchecked, validateEach)
	}
	return out
}
