package attack

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestRow01Browser has a real browser open a page whose name then leads to
// mockmd: same-origin by the rebound name, and cross-origin by addresses, it
// reads nothing and changes nothing.
func TestRow01Browser(t *testing.T) {
	t.Parallel()
	browser := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && browser == "" {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("NOT RUN: no browser (Debian's chromium-headless-shell)")
	}
	page := newPage(t)
	results := page.visit(t, browser)
	connections := [2]int32{page.rebound[0].Load(), page.rebound[1].Load()}
	if !strings.HasPrefix(results["control"], "basic 200 control") || connections[0] < 10 || connections[1] < 10 {
		t.Fatalf("the page has not done its work, so nothing is proved: %v connections after the rebinding, %v", connections, results)
	}
	delete(results, "control")
	if len(results) < 200 {
		t.Errorf("only %d attempts", len(results))
	}
	readable := regexp.MustCompile(`\b(basic|cors) 2\d\d\b|^open `)
	for what, got := range results {
		for _, secret := range []string{instanceOne, "SecretAccessKey", "AKIA", "ASIA", "AQAEA", `"plugins"`, "local-ipv4"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: a page has read %q", what, got)
			}
		}
		if readable.MatchString(got) {
			t.Errorf("%s: a page was answered: %q", what, got)
		}
	}
	t.Logf("%d attempts of a page, %d and %d connections by the rebound name", len(results), connections[0], connections[1])
	accounted(t, target{prog: keeping})
}

// page is a web server whose name is rebound: a relay that at first leads to
// the page and then, as DNS would have it, to one listener of mockmd and to the
// other.
type page struct {
	relay   net.Listener
	report  chan map[string]string
	leads   atomic.Int32    // to the page, the metadata listener, the admin listener
	rebound [2]atomic.Int32 // connections to either listener
	url     string
}

func newPage(t *testing.T) *page {
	t.Helper()
	p := &page{report: make(chan map[string]string, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store") // what comes later by this name is mockmd's
		http.ServeFile(w, r, "testdata/page.html")
	})
	mux.HandleFunc("GET /control", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "control") })
	mux.HandleFunc("POST /rebind", func(http.ResponseWriter, *http.Request) { p.leads.Add(1) })
	mux.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		var results map[string]string
		if err := json.NewDecoder(r.Body).Decode(&results); err != nil {
			t.Error(err)
		}
		p.report <- results
	})
	server := httptest.NewUnstartedServer(mux)
	server.Config.SetKeepAlivesEnabled(false) // else the browser would not connect again
	server.Start()
	t.Cleanup(server.Close)
	var err error
	if p.relay, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var relaying sync.WaitGroup
	relaying.Go(func() {
		for {
			c, err := p.relay.Accept()
			if err != nil {
				return
			}
			to := p.leads.Load()
			if to > 0 {
				p.rebound[to-1].Add(1)
			}
			relaying.Go(func() { splice(c, []string{server.Listener.Addr().String(), keeping.v4, keeping.admin}[to]) })
		}
	})
	t.Cleanup(func() { _ = p.relay.Close(); relaying.Wait() })
	bases := map[string]string{
		"metadata by address": "http://" + keeping.v4, "metadata by localhost": "http://" + strings.Replace(keeping.v4, "127.0.0.1", "localhost", 1),
		"admin by address": "http://" + keeping.admin,
	}
	if ipv6 {
		bases["metadata by IPv6"] = "http://" + keeping.v6
	}
	told, err := json.Marshal(map[string]any{"bases": bases, "home": server.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(p.relay.Addr().String())
	p.url = "http://rebound.test:" + port + "/#" + url.PathEscape(string(told))
	return p
}

// splice carries bytes both ways until either end has had enough.
func splice(c net.Conn, to string) {
	defer func() { _ = c.Close() }()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = out.Close() }()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(out, c)
		_ = out.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(c, out)
	_ = c.Close()
	<-done
}

// visit opens the page and returns what it reports.
func (p *page) visit(t *testing.T, browser string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
		"--user-data-dir="+dir, "--host-resolver-rules=MAP *.test 127.0.0.1", "--remote-debugging-port=0", p.url)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}()
	select {
	case results := <-p.report:
		return results
	case <-ctx.Done():
		t.Fatalf("the page does not report: %v\n%s", ctx.Err(), tail(out.String(), 4000))
	}
	return nil
}
