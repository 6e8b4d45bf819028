// Package systemd speaks the protocols by which systemd, or any other service
// manager that keeps to them, hands over sockets and is told how a service is
// doing: sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3). It knows
// nothing of mockmd, and imports nothing of it.
package systemd
