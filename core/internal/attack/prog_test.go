package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// Secrets that the shared programs are given. None may come out again.
const (
	bootstrapSecret = "attackCanarySecret/0123456789abcdefghijk"
	bootstrapToken  = "attackCanaryToken/0123456789+/=="
	adminToken      = "attackCanaryAdmin0123456789abcdef"
)

// Facts that are served, and looked for where they must not be.
const (
	instanceOne = "i-0aaaaaaaaaaaaaaa1" // of 127.0.0.1, ::1 and, unless matched, all
	instanceTwo = "i-0bbbbbbbbbbbbbbb2" // of clientTwo
	clientTwo   = "127.0.0.2"
	clientNone  = "127.0.0.3"
	role        = "attacked"
	rolePath    = "/latest/meta-data/iam/security-credentials/" + role
	idPath      = "/latest/meta-data/instance-id"
)

// prog is a running mockmd.
type prog struct {
	*program.Program
	name           string
	v4, v6, admin  string // addresses of its listeners; v6 may be empty
	tokensRequired bool
	keepsAlive     bool
	out            output
	learned        map[string]string // secrets that it was made to tell
	tokens         sync.Map          // session tokens that tests were given, as keys
}

// configuration is what programs differ in.
type configuration struct {
	tokens  string // http_tokens
	matched bool   // the first instance is of this host's clients only, not of all
	keep    bool   // keep_alive
	admin   string // host of the admin listener
	id      string // of the first instance; empty is instanceOne
	path    string // of the program; empty is the built one
	quiet   bool   // the log does not tell of each request
}

func (c configuration) text(v4, v6, admin string) string {
	six, both := "", ""
	if v6 != "" {
		six = fmt.Sprintf("ipv6_address = %q", v6)
		both = `http_protocol_ipv6 = "enabled"`
	}
	if c.id == "" {
		c.id = instanceOne
	}
	level := "debug"
	if c.quiet {
		level = "info"
	}
	first := "instance {"
	if c.matched {
		first = "instance \"one\" {\n  match = [\"127.0.0.1\", \"::1\"]"
	}
	return fmt.Sprintf(`
log { level = %q }
metadata {
  address    = %q
  keep_alive = %t
  %s
}
admin {
  address    = %q
  token_file = "admin.token"
}
%s
  id                   = %q
  account_id           = "123456789012"
  iam_instance_profile = %q
  metadata_options {
    http_tokens = %q
    %s
  }
}
instance "two" {
  match      = [%q]
  id         = %q
  account_id = "123456789012"
  metadata_options { http_tokens = %q }
}
plugin "instance"  {}
plugin "placement" {}
plugin "iam" {
  config {
    role %q { arn = "arn:aws:iam::123456789012:role/attacked" }
    sts {
      simulated      = true
      auto_bootstrap = false
    }
  }
}
`, level, v4, c.keep, six, admin, first, c.id, role, c.tokens, both, clientTwo, instanceTwo, c.tokens, role)
}

// start starts a program, hands it bootstrap credentials and waits until it is
// ready.
func (p *prog) start(ctx context.Context, c configuration) (err error) {
	p.tokensRequired, p.keepsAlive = c.tokens == "required", c.keep
	if p.v4, err = program.FreeAddress(ctx, "127.0.0.1"); err != nil {
		return err
	}
	if ipv6 {
		if p.v6, err = program.FreeAddress(ctx, "::1"); err != nil {
			return err
		}
	}
	if p.admin, err = program.FreeAddress(ctx, c.admin); err != nil {
		return err
	}
	dir := filepath.Join(filepath.Dir(built), p.name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "admin.token"), []byte(adminToken), 0o600); err != nil {
		return err
	}
	if c.path == "" {
		c.path = built
	}
	p.Program, err = program.Start(ctx, program.Options{Path: c.path, Dir: dir, Config: c.text(p.v4, p.v6, p.admin), Output: &p.out})
	if err != nil {
		return err
	}
	for p.bootstrap(ctx) != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.Ended():
			return fmt.Errorf("mockmd ended at once")
		case <-time.After(2 * time.Millisecond):
		}
	}
	return p.Ready(ctx, p.admin)
}

func (p *prog) bootstrap(ctx context.Context) error {
	body := fmt.Sprintf(`{"AccessKeyId": "AKIAATTACKED", "SecretAccessKey": %q, "Token": %q}`, bootstrapSecret, bootstrapToken)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.admin+"/bootstrap/creds", strings.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("bootstrap credentials: %s", answer.Status)
	}
	return nil
}

// learn reads the credentials of the role as an honest client does, so that
// they can be looked for.
func (p *prog) learn() {
	r, _ := http.NewRequest(http.MethodPut, "http://"+p.v4+"/latest/api/token", http.NoBody)
	r.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "60")
	token, err := read(r)
	if err != nil {
		return
	}
	p.tokens.Store(token, true)
	r, _ = http.NewRequest(http.MethodGet, "http://"+p.v4+rolePath, http.NoBody)
	r.Header.Set("X-aws-ec2-metadata-token", token)
	text, err := read(r)
	var doc struct{ SecretAccessKey, Token string }
	if err != nil || json.Unmarshal([]byte(text), &doc) != nil || doc.SecretAccessKey == "" {
		return
	}
	p.learned = map[string]string{"the role's secret key": doc.SecretAccessKey, "the role's session token": doc.Token}
}

func read(r *http.Request) (string, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// secrets are all that may be in no output, by what they are.
func (p *prog) secrets() map[string]string {
	all := map[string]string{"the bootstrap secret": bootstrapSecret, "the bootstrap token": bootstrapToken, "the admin token": adminToken}
	maps.Copy(all, p.learned)
	p.tokens.Range(func(token, _ any) bool {
		all[fmt.Sprintf("session token %d", len(all))] = token.(string)
		return true
	})
	return all
}

// output collects what a program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
