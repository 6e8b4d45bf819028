package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"
)

// bareCommand makes this program the server that mockmd is compared with.
const bareCommand = "serve-bare"

// bareBody is what the measured paths have as body too: an instance id.
const bareBody = "i-0123456789abcdef0"

// serveBare answers every request as mockmd answers for the instance id, with
// nothing but net/http. It ends when it is killed.
func serveBare(address, keepAlive string) {
	modified := time.Now().UTC().Format(http.TimeFormat)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"] = []string{"text/plain"}
		h["Accept-Ranges"] = []string{"none"}
		h["Last-Modified"] = []string{modified}
		h["Content-Length"] = []string{strconv.Itoa(len(bareBody))}
		h["Server"] = []string{"EC2ws"}
		if keepAlive == "false" {
			h["Connection"] = []string{"close"}
		}
		_, _ = w.Write([]byte(bareBody))
	})
	s := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, s.ListenAndServe())
	os.Exit(1)
}
