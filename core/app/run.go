package app

import (
	"context"
	"errors"
	"fmt"
)

// Validate checks the configuration, the plugins' parts included, and prints
// what is wrong with it. Nothing listens and no plugin is run.
func Validate(ctx context.Context, o Options) error {
	g, _, err := first(ctx, &o)
	if err != nil {
		return err
	}
	g.close()
	if o.JSON {
		return nil // it has said so
	}
	fmt.Fprintf(o.Stdout, "%s is valid: instance %s, %d plugins\n", o.ConfigPath, g.file.Instance.Facts.ID, len(g.file.Plugins))
	return nil
}

// Run serves what the configuration says until ctx ends, and then stops in
// order: the listeners finish what they have begun, then the plugins end. The
// errors are [ErrConfiguration], [*UsageError], [*AddressError] and failures
// of a listener.
func Run(ctx context.Context, o Options) error {
	g, h, err := first(ctx, &o)
	if errors.Is(err, context.Canceled) {
		return nil // asked to stop before it began
	}
	if err != nil {
		return err
	}
	s := newService(h, g)
	if s.listeners, err = open(ctx, g.file); err != nil {
		g.close()
		return err
	}
	s.summary(o.Stdout, o.Version)
	return s.run(ctx)
}
