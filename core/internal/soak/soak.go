package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// soak is one run.
type soak struct {
	*journal
	o               options
	dir, tmp        string // everything that is written; the TMPDIR of the core
	binary, counter string // programs under names of this run's own
	at              addresses
	operator        *http.Client

	grants *grants
	canary *canary
	proxy  *proxy
	sts    *program.Program
	disk   *disk

	core    *program.Program
	log     *logReader
	logFile *os.File

	facts          facts
	numbers, names spans
	places         []*place
	vary           []string // paths whose bodies no two cores agree on

	// Disturbances that bear others share it; those that do not have it alone.
	chaos sync.RWMutex
	// With hardly a file descriptor and a flood of connections at once, an
	// honest one may be closed before its request is read.
	crowd   sync.Mutex
	readers gate
	calm    *footprint // of a core to which nothing has happened
	leaks   leakCounts
	memory  memory
	began   time.Time
}

// run does the whole soak and prints its table. Good says that nothing was
// wrong; the error, that the soak itself could not be done.
func run(ctx context.Context, o options, out io.Writer) (good bool, err error) {
	fmt.Fprintf(out, "soak: -seed %d -for %s -each=%v, namespaces of its own: %v\n", o.seed, o.length, o.each, namespaces())
	s := &soak{o: o, journal: newJournal(func(line string) { fmt.Fprintln(out, line) }), grants: newGrants()}
	s.operator = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	s.readers.init()
	s.canary = newCanary(s.violation)
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.prepare(ctx); err != nil {
		return false, errors.Join(err, s.tail())
	}
	if err := s.reference(ctx); err != nil {
		return false, errors.Join(err, s.tail())
	}
	if err := s.startCore(nil); err != nil {
		return false, err
	}
	if err := s.settle(ctx); err != nil {
		return false, errors.Join(err, s.tail())
	}
	s.began = time.Now()
	s.disturbAndRead(ctx)
	if err := s.endCore(syscall.SIGTERM); err != nil {
		s.violation("at the end: %v", err)
	}
	s.print(out)
	return s.good(), nil
}

// prepare makes the folder, the programs, the disk, the STS and the proxy.
func (s *soak) prepare(ctx context.Context) error {
	s.dir = s.o.dir
	var err error
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "soak"); err != nil {
			return err
		}
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	s.tmp, s.binary, s.counter = filepath.Join(s.dir, "tmp"), filepath.Join(s.dir, "mockmd-soaked"), filepath.Join(s.dir, "counter-soaked")
	for _, d := range []string{s.tmp, filepath.Join(s.dir, "core", "state"), filepath.Join(s.dir, "sts")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if s.logFile, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	if err := copyFile(s.binary, s.o.program); err != nil {
		return err
	}
	if s.o.plugin != "" {
		err = copyFile(s.counter, s.o.plugin)
	} else if out, failed := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.counter, "github.com/mockmd/mockmd/examples/counter").CombinedOutput(); failed != nil {
		err = fmt.Errorf("build examples/counter: %w %s", failed, out)
	}
	if err != nil {
		return err
	}
	if s.at, err = findAddresses(ctx); err != nil {
		return err
	}
	if s.disk, err = newDisk(s.dir, filepath.Join(s.dir, "core", "state")); err != nil {
		return err
	}
	if err := s.addInterface(); err != nil {
		return err
	}
	s.canary.add(bootstrapSecret)
	s.proxy = &proxy{sts: s.at.sts, grants: s.grants, canary: s.canary, wrong: s.violation}
	if err := s.proxy.listen(ctx, s.at.proxy); err != nil {
		return err
	}
	s.numbers.may("n0", time.Now())
	s.names.may("web-0", time.Now())
	s.places = s.at.places()
	s.sts, err = program.Start(context.Background(), program.Options{
		Path: s.binary, Dir: filepath.Join(s.dir, "sts"), Config: s.at.stsConfig(), Output: s.logFile,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, comesBack)
	defer cancel()
	return s.bootstrap(ctx, s.at.stsAdmin)
}

// reference starts a core to which nothing happens, learns from it what is
// served, and has it end by telling of its goroutines.
func (s *soak) reference(ctx context.Context) error {
	if err := s.startCore(nil); err != nil {
		return err
	}
	if err := s.well(ctx); err != nil {
		return err
	}
	first, err := s.walkAll(ctx)
	if err != nil {
		return err
	}
	if err := s.quiet(ctx); err != nil {
		return err
	}
	if err := s.endCore(syscall.SIGQUIT); err != nil {
		return err
	}
	s.leaks.goroutines = s.log.told()
	for i, p := range s.places {
		p.paths = map[string]*expectation{}
		for path, body := range first[i] {
			p.paths[path] = &expectation{body: body}
		}
	}
	return nil
}

// settle waits until the first real core is well and knows what it serves and
// what it needs for that.
func (s *soak) settle(ctx context.Context) error {
	if err := s.well(ctx); err != nil {
		return err
	}
	second, err := s.walkAll(ctx)
	if err != nil {
		return err
	}
	for i, p := range s.places {
		first := map[string]string{}
		for path, e := range p.paths {
			first[path] = e.body
		}
		vary, err := s.learn(p, first, second[i])
		if err != nil {
			return err
		}
		s.vary = append(s.vary, vary...)
	}
	if err := s.quiet(ctx); err != nil {
		return err
	}
	s.calm, err = s.look()
	return err
}

func (s *soak) walkAll(ctx context.Context) ([]map[string]string, error) {
	all := make([]map[string]string, len(s.places))
	for i, p := range s.places {
		var err error
		if all[i], err = p.walk(ctx); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// disturbAndRead has clients read while everything happens.
func (s *soak) disturbAndRead(ctx context.Context) {
	reading, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer context.AfterFunc(reading, s.readers.wake)()
	var clients sync.WaitGroup
	for i := range s.o.clients {
		clients.Go(func() { s.readers.in(func() { s.client(reading, s.random(100+uint64(i))) }) })
	}
	clients.Go(func() { s.readers.in(func() { s.sdkClient(reading, s.random(99)) }) })
	clients.Go(func() { s.sample(reading) })
	s.disturb(ctx)
	stop()
	clients.Wait()
}

// random returns one of the streams of the seed.
func (s *soak) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.o.seed, stream)) //nolint:gosec // G404: chance is to be repeated here, not to be secret
}

// close ends everything and removes what was made for it.
func (s *soak) close() error {
	var err error
	if s.core != nil {
		err = s.core.Stop() // it has ended already, if all went well
	}
	if s.sts != nil {
		err = errors.Join(err, s.sts.Stop())
	}
	if s.proxy != nil && s.proxy.stopped != nil {
		s.proxy.stop()
	}
	if s.disk != nil {
		err = errors.Join(err, s.disk.close())
	}
	if s.logFile != nil {
		err = errors.Join(err, s.logFile.Close())
	}
	if s.o.dir == "" && s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// tail makes an error of the end of the log, for a soak that cannot be done.
func (s *soak) tail() error {
	if s.logFile == nil {
		return nil
	}
	text, err := os.ReadFile(s.logFile.Name())
	if err != nil {
		return err
	}
	return fmt.Errorf("the log ends with:\n%s", text[max(0, len(text)-3000):])
}

// copyFile makes a program known under a name of this run's own, so that its
// processes cannot be taken for others'.
func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o700) //nolint:gosec // G306: it is a program
}
