package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	"github.com/mockmd/mockmd/core/admin"
)

// configure puts another configuration in the place of the daemon's, as editors do.
func (d *daemon) configure(config string) {
	d.t.Helper()
	path := filepath.Join(d.dir, "metadata.hcl")
	if err := os.WriteFile(path+".new", []byte(config), 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		d.t.Fatal(err)
	}
}

// reload has the daemon take a configuration in, by the admin listener, and
// returns what became of it.
func (d *daemon) reload(config string) admin.Reload {
	d.t.Helper()
	d.configure(config)
	status, body := request(d.t, http.MethodPost, d.admin+"/reload", "")
	var told admin.Reload
	if err := json.Unmarshal([]byte(body), &told); err != nil {
		d.t.Fatalf("POST /reload: %d %q: %v", status, body, err)
	}
	want := http.StatusOK
	if !told.Reloaded {
		want = http.StatusUnprocessableEntity
	}
	if status != want || told.Path != "metadata.hcl" || told.Reloaded != (told.Error == "") {
		d.t.Errorf("POST /reload: %d %s", status, body)
	}
	return told
}

// taken is reload where the configuration must be taken in.
func (d *daemon) taken(config string) admin.Reload {
	d.t.Helper()
	told := d.reload(config)
	if !told.Reloaded {
		d.t.Fatalf("a good configuration is refused: %+v", told)
	}
	return told
}

// overview is what the daemon says that it runs.
func (d *daemon) overview() admin.Overview {
	d.t.Helper()
	status, body := get(d.t, d.admin+"/plugins")
	var o admin.Overview
	if err := json.Unmarshal([]byte(body), &o); err != nil || status != http.StatusOK {
		d.t.Fatalf("GET /plugins: %d %q: %v", status, body, err)
	}
	return o
}

// running are the processes of the plugins, as the daemon says.
func (d *daemon) running() map[string]int {
	d.t.Helper()
	pids := map[string]int{}
	for _, p := range d.overview().Plugins {
		pids[p.Name] = p.PID
	}
	return pids
}

// token gets a session token.
func (d *daemon) token() string {
	d.t.Helper()
	status, token := request(d.t, http.MethodPut, d.metadata+"/latest/api/token", "", "X-aws-ec2-metadata-token-ttl-seconds", "21600")
	if status != http.StatusOK {
		d.t.Fatalf("token: status %d", status)
	}
	return token
}
