package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// reloadKinds take configurations in, good ones and broken ones.
func (s *soak) reloadKinds() []kind {
	return []kind{
		{name: "reload, a body changes", do: func(ctx context.Context, _ *rand.Rand) error {
			f := s.facts
			f.number++
			return s.reload(ctx, f)
		}},
		{name: "reload, an instance changes", do: func(ctx context.Context, _ *rand.Rand) error {
			f := s.facts
			f.name++
			return s.reload(ctx, f)
		}},
		{name: "reload, a role changes", do: func(ctx context.Context, _ *rand.Rand) error {
			f := s.facts
			f.tag++
			return s.reload(ctx, f)
		}},
		{name: "reload, broken", do: s.reloadBroken},
	}
}

// reload takes other facts in. Old and new bodies are right until it has
// succeeded, and then the new ones alone. Where a process that it starts is hurt
// it may fail, and keeps the old ones.
func (s *soak) reload(ctx context.Context, f facts) error {
	number, name := fmt.Sprint("n", f.number), fmt.Sprint("web-", f.name)
	if f.number != s.facts.number {
		s.numbers.may(number, time.Now())
	}
	if f.name != s.facts.name {
		s.names.may(name, time.Now())
	}
	if f.tag != s.facts.tag { // a session with other tags is another one
		s.grants.end("app")
		defer s.grants.end("app")
	}
	old := s.facts
	from := time.Now()
	err := errors.Join(s.core.Configure(s.at.config(f, s.counter)), s.post(ctx, s.at.admin, "/reload", "", http.StatusOK))
	if err == nil {
		s.facts = f
	} else if s.excused(from, time.Now(), shortOfFiles, pluginHurt) {
		// It is not known what became of it when nobody told; what it changes
		// is settled by the same file as before.
		if e := s.again(ctx, old); e != nil {
			return errors.Join(err, e)
		}
		err = nil
	}
	now := time.Now()
	s.numbers.only(fmt.Sprint("n", s.facts.number), now)
	s.names.only(fmt.Sprint("web-", s.facts.name), now)
	return err
}

// again takes the facts in that are served, until that succeeds.
func (s *soak) again(ctx context.Context, f facts) error {
	if err := s.core.Configure(s.at.config(f, s.counter)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, comesBack)
	defer cancel()
	return s.until(ctx, "the configuration of before is taken in", func() error {
		return s.post(ctx, s.at.admin, "/reload", "", http.StatusOK)
	})
}

// reloadBroken has a configuration refused, and then goes back to the one that
// is served.
func (s *soak) reloadBroken(ctx context.Context, r *rand.Rand) error {
	f := s.facts
	f.number += 1_000_000 // nobody may ever read it
	good := s.at.config(f, s.counter)
	broken := []string{
		good + "plugin \"x\" {",
		good + "log { level = \"loud\" }\n",
		strings.Replace(good, `every_ms = 500`, `every_ms = 0`, 1),
		good + "plugin \"none\" { command = [\"./none\"] }\n",
		good + "plugin \"hang\" { command = [\"/bin/false\"] }\n",
		strings.Replace(good, `"meta-data/rack"`, `"meta-data/placement"`, 1),
		strings.Replace(good, `private_ip           = "172.31.5.6"`, `private_ip = "not an address"`, 1),
		strings.Replace(good, s.at.db, s.at.proxy, 1),
	}
	text := broken[r.IntN(len(broken))]
	if text == good {
		return errors.New("the configuration that was to be broken is not")
	}
	if err := s.core.Configure(text); err != nil {
		return err
	}
	from := time.Now()
	err := s.post(ctx, s.at.admin, "/reload", "", http.StatusUnprocessableEntity)
	if s.excused(from, time.Now(), shortOfFiles) {
		err = nil
	}
	return errors.Join(err, s.core.Configure(s.at.config(s.facts, s.counter)))
}
