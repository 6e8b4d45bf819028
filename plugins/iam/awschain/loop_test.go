package awschain

import (
	"errors"
	"net"
	"net/http"
	"testing"
)

// The dialer itself refuses, before anything is sent.
func TestRefuseMetadata(t *testing.T) {
	t.Parallel()
	d := &net.Dialer{}
	refuseMetadata(d)
	for address, refused := range map[string]bool{
		"169.254.169.254:80": true, "169.254.169.254:443": true, "[fd00:ec2::254]:80": true, "[::ffff:169.254.169.254]:80": true,
		"169.254.170.2:80": false, "169.254.170.23:80": false, "127.0.0.1:80": false,
	} {
		if err := d.Control("tcp", address, nil); errors.Is(err, errLoop) != refused {
			t.Errorf("%s: %v", address, err)
		}
	}
}

type counted int

func (c *counted) Do(*http.Request) (*http.Response, error) {
	*c++
	return nil, errors.New("sent")
}

// Nor is a request sent that a proxy would take there.
func TestGuarded(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"http://169.254.169.254/x": true, "https://[fd00:ec2::254]:443/x": true, "http://169.254.170.2/x": false, "http://localhost:80/x": false,
	} {
		sent := new(counted)
		r, err := http.NewRequest(http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (guarded{sent}).Do(r); errors.Is(err, errLoop) != refused || (*sent == 0) != refused {
			t.Errorf("%s: %v, sent %d", url, err, *sent)
		}
	}
}
