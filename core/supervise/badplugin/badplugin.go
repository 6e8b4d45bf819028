//go:build unix

package badplugin

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mockmd/mockmd/sdk"
)

// Mode is the environment variable by which tests say how a process is to
// misbehave. It must be looked at before anything else.
const Mode = "BAD_PLUGIN_MODE"

// Grandchild is the environment variable, of the tree's test/env, in which
// plugins that start a process keep its pid.
const Grandchild = "BAD_PLUGIN_GRANDCHILD"

// Serve is the plugin of a mode. It returns when the plugin has ended in order.
func Serve(mode string) {
	switch mode {
	case "exit":
		fmt.Fprintln(os.Stderr, "cannot open the rack")
		os.Exit(7)
	case "garbage":
		fmt.Println("hello, \x1b[31mI am no plugin")
		select {}
	case "endless line":
		for {
			fmt.Print(strings.Repeat("x", 1<<10))
		}
	case "silent":
		select {}
	case "half a handshake":
		fmt.Print("1|1|unix|/tmp/")
		os.Exit(1)
	case "newer contract":
		fmt.Println("1|99|unix|/nowhere|grpc")
		select {}
	case "older contract":
		fmt.Println("1|0|unix|/nowhere|grpc")
		select {}
	case "newer handshake":
		fmt.Println("2|1|unix|/nowhere|grpc")
		select {}
	case "net/rpc":
		fmt.Println("1|1|unix|" + deadSocket() + "|netrpc")
		select {}
	case "nobody listens":
		fmt.Println("1|1|unix|" + deadSocket() + "|grpc")
		select {}
	case "listens elsewhere":
		fmt.Println("1|1|unix|/nowhere|grpc")
		select {}
	case "listens for all":
		fmt.Println("1|1|tcp|plugin.invalid:80|grpc")
		select {}
	case "child":
		// Leaves the process group and keeps the pipes open.
		grandchild(exec.Command("sleep", "600"), &syscall.SysProcAttr{Setsid: true})
	case "orphan":
		// Its parent dies at once, and it has a session of its own.
		grandchild(exec.Command("sh", "-c", "sleep 600 & echo $!"), &syscall.SysProcAttr{Setsid: true})
	case "ignores SIGTERM":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	}
	if raw, ok := strings.CutPrefix(mode, Raw); ok {
		serveRaw(raw)
		return
	}
	sdk.Serve(&sdkPlugin{mode: mode})
}

// grandchild starts a process and keeps its pid in the environment; where it
// prints a pid, that one.
func grandchild(cmd *exec.Cmd, attr *syscall.SysProcAttr) {
	cmd.SysProcAttr = attr
	var pid string
	if cmd.Args[0] == "sh" {
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err == nil {
			_, err = fmt.Fscan(out, &pid) // not to the end, which the grandchild keeps open
		}
		if err == nil {
			err = cmd.Process.Release()
		}
		if err != nil {
			panic(err)
		}
	} else {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		pid = fmt.Sprint(cmd.Process.Pid)
	}
	if err := os.Setenv(Grandchild, pid); err != nil {
		panic(err)
	}
}

// deadSocket makes a socket where one belongs, at which nobody listens.
func deadSocket() string {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "plugin")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		panic(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	return path
}
