package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/core/app"
)

// certificatesAction is the action of the identity plugin.
const certificatesAction = "identity/certificates"

// certificates prints the certificates that belong to the signatures of the
// identity document, all of them or that of one kind.
func certificates(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := newCommandLine("mockmd identity certificates", stdout, stderr)
	if code, done := c.parse(args, 1); done {
		return code
	}
	kinds := []string{"pkcs7", "rsa2048", "signature"}
	if kind := c.flags.Arg(0); kind != "" {
		if !slices.Contains(kinds, kind) {
			fmt.Fprintf(stderr, "mockmd identity certificates: %q is none of %s\n", kind, strings.Join(kinds, ", "))
			return exitUsage
		}
		kinds = []string{kind}
	}
	var answer []byte
	err := c.registered()
	if err == nil {
		answer, err = app.Ask(ctx, c.options, certificatesAction)
	}
	var byKind map[string]string
	if err == nil {
		if err = json.Unmarshal(answer, &byKind); err != nil {
			err = fmt.Errorf("read the certificates: %w", err)
		}
	}
	if err != nil {
		return exitCode(err, stderr)
	}
	for _, kind := range kinds {
		if block, _ := pem.Decode([]byte(byKind[kind])); block == nil || block.Type != "CERTIFICATE" {
			fmt.Fprintf(stderr, "mockmd identity certificates: what answers on the admin address has no certificate of the kind %s: is it another program?\n", kind)
			return exitFailed
		}
	}
	for _, kind := range kinds {
		fmt.Fprint(stdout, strings.TrimSuffix(byKind[kind], "\n"), "\n")
	}
	return exitOK
}
