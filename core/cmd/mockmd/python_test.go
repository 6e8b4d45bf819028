package main

import (
	"os"
	"os/exec"
	"testing"
)

// pythonPath is a PATH on which python3 is one that has the grpc and protobuf
// packages: the user's own, or the distribution's. Where neither has them the
// test is not run.
func pythonPath(t *testing.T) string {
	t.Helper()
	for _, path := range []string{os.Getenv("PATH"), "/usr/bin:" + os.Getenv("PATH")} {
		cmd := exec.CommandContext(t.Context(), "/usr/bin/env", "python3", "-c", "import grpc, google.protobuf")
		cmd.Env = append(os.Environ(), "PATH="+path)
		if cmd.Run() == nil {
			return path
		}
	}
	t.Skip("NOT RUN: no python3 with grpc and protobuf; on Debian: apt-get install python3-grpcio python3-protobuf")
	return ""
}
