package config

import (
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/core/router"
	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What holds when the configuration says nothing else.
const (
	// DefaultMetadataAddress is where the real service is.
	DefaultMetadataAddress = "169.254.169.254:80"
	// DefaultMetadataIPv6Address is where the real service is on instances
	// whose IPv6 endpoint is enabled.
	DefaultMetadataIPv6Address = "[fd00:ec2::254]:80"
	// DefaultAdminAddress is the admin listener's.
	DefaultAdminAddress = ":8998"
	// DefaultCacheCount and DefaultCacheBytes bound the instances that are kept
	// ready.
	DefaultCacheCount = 1000
	DefaultCacheBytes = 256 << 20
	// DefaultSeed is what an instance's facts are derived from.
	DefaultSeed = "mockmd"
)

// File is a configuration.
type File struct {
	// Path is the file as the user named it.
	Path string
	// Dir is the absolute path of the folder that the file is in; relative
	// paths of the configuration start there.
	Dir string
	// StateDir is the absolute path of the folder in which plugins may keep
	// files, each in a folder of its own, from state_dir. It need not exist.
	// Empty when nothing says where it is.
	StateDir string
	// StateDirRange is where state_dir stands; zero when it is the default.
	StateDirRange hcl.Range
	// User is who mockmd becomes when root has started it, from user and group;
	// nil: nobody else.
	User *User
	// UserUnknown says that user or group is wrong, so that nothing may be
	// started in its place.
	UserUnknown bool
	// Metadata is the metadata listener, from the metadata block.
	Metadata Metadata
	// Admin is the admin listener, from the admin block.
	Admin Admin
	// Log is how to log, from the log block.
	Log Log
	// Seed is what facts that the configuration leaves out are derived from.
	Seed string
	// Instance is the unlabelled instance, complete also without a block; nil
	// when there are labelled ones only.
	Instance *instance.Instance
	// Instances are all instances, the unlabelled one among them.
	Instances *Instances
	// Plugins are the plugins that can be started, in the order of the file.
	// With errors, some that the file names may be missing.
	Plugins []Plugin
}

// Metadata is the metadata listener.
type Metadata struct {
	// Address to listen on, as host and port; the host is an IP address or
	// localhost, port 0 takes a free one.
	Address string
	// AddressRange is where the address stands; zero when it is the default.
	AddressRange hcl.Range
	// IPv6Address is a second address to listen on, an IPv6 literal and a port;
	// empty when the instance has no IPv6 endpoint.
	IPv6Address string
	// IPv6AddressRange is where ipv6_address stands; zero when it is the
	// default.
	IPv6AddressRange hcl.Range
	// Omit are the paths, relative to the version root, that are not served,
	// nor what is below them.
	Omit []string
	// OmitRange is where the list stands.
	OmitRange hcl.Range
	// AllowedHosts are further names that the Host header may have.
	AllowedHosts []string
	// AllowedClients are networks that clients may come from besides this
	// host.
	AllowedClients []netip.Prefix
	// KeepAlive says to keep connections open, unlike the real service.
	KeepAlive bool
	// Instance is the one that every client of Address and IPv6Address is
	// served; nil: it is chosen by the client's address.
	Instance *Ref
	// Listeners are further addresses, from labelled metadata blocks.
	Listeners []Listener
	// Cache bounds the instances that are kept ready.
	Cache Cache
}

// Listener is a further address of the metadata listener.
type Listener struct {
	// Name is the label of its block.
	Name string
	// Address is as in [Metadata].
	Address      string
	AddressRange hcl.Range
	// Instance is the one that every client of this address is served; nil: it
	// is chosen by the client's address.
	Instance *Ref
}

// Cache bounds the instances that are kept ready: those that clients have
// asked for last. The unlabelled one is not counted.
type Cache struct {
	// Count is how many are kept.
	Count int
	// Bytes is how much memory their trees take in the core, about.
	Bytes int
}

// Admin is the admin listener.
type Admin struct {
	// Address to listen on, as host and port; an empty host is all interfaces.
	// Empty when there is a Unix socket alone.
	Address string
	// AddressRange is where the address stands; zero when it is the default.
	AddressRange hcl.Range
	// Socket is the absolute path of a Unix socket to listen on too; empty when
	// there is none.
	Socket string
	// SocketRange is where socket stands.
	SocketRange hcl.Range
	// AllowedHosts and AllowedClients are as in [Metadata].
	AllowedHosts   []string
	AllowedClients []netip.Prefix
	// TokenFile is the absolute path of the file with the bearer token; empty
	// when there is none.
	TokenFile string
	// TokenFileRange is where token_file stands.
	TokenFileRange hcl.Range
	// TLS is how Address is encrypted, from the tls block; nil when it is not.
	TLS *TLS
}

// TLS names the files by which a listener is encrypted, by absolute paths.
type TLS struct {
	// CertificateFile has the certificate, and behind it those of its
	// authorities, in PEM.
	CertificateFile string
	// KeyFile has the private key of the certificate, in PEM.
	KeyFile string
	// CertificateRange and KeyRange are where these arguments stand.
	CertificateRange, KeyRange hcl.Range
}

// Log is how to log.
type Log struct {
	// Level is trace, debug, info, warn or error.
	Level string
	// Format is text or json.
	Format string
}

// Plugin is a plugin block.
type Plugin struct {
	// Name is the block's label.
	Name string
	// Command is the program, as an absolute path, and its arguments; empty
	// for a built-in.
	Command []string
	// SHA256 is what the program must hash to; empty when it is not pinned.
	SHA256 []byte
	// MTLS says to encrypt the connection to the plugin.
	MTLS bool
	// Mounts are the path prefixes that the plugin serves; nil: its own.
	Mounts []string
	// Env is set in the plugin's environment.
	Env map[string]string
	// PassEnv are variables of the core's own environment that the plugin
	// gets; NAME* is all that begin with NAME.
	PassEnv []string
	// Timeouts are the plugin's.
	Timeouts Timeouts
	// Limits are the plugin's.
	Limits Limits
	// Config is the evaluated config block, never nil; its arguments that
	// could not be evaluated have no JSON.
	Config *pluginv1.Body
	// Range is the block's header.
	Range hcl.Range
	// MountRange and CommandRange are the values of these arguments; zero when
	// they are not given.
	MountRange, CommandRange hcl.Range
}

// Timeouts are how long the core waits for a plugin.
type Timeouts struct {
	// Start is for each step of a start: up to the first contact, the
	// description, and the check of the configuration.
	Start time.Duration
	// Resolve is for one request for a live node.
	Resolve time.Duration
	// Act is for one action.
	Act time.Duration
	// Stop is how long a plugin may take to end by itself.
	Stop time.Duration
}

// DefaultTimeouts hold where no timeouts block says otherwise.
func DefaultTimeouts() Timeouts {
	return Timeouts{Start: 10 * time.Second, Resolve: time.Second, Act: 30 * time.Second, Stop: 2 * time.Second}
}

// Limits are what a plugin may use.
type Limits struct {
	// TreeBytes is the size of a tree as it is sent, in bytes.
	TreeBytes int64
	// TreeNodes is the number of nodes of a tree.
	TreeNodes int
	// Memory is how many bytes of memory each process may map writable; 0 is
	// no limit.
	Memory int64
	// OpenFiles is how many file descriptors each process may have.
	OpenFiles int
	// Processes is how many processes and threads the user of mockmd may have
	// for the plugin to start another; 0 is no limit.
	Processes int
	// Nice is by how much the plugin gives way to other programs, 0 to 19.
	Nice int
	// LogLinesPerSecond is how many lines the plugin may log.
	LogLinesPerSecond int
}

// DefaultLimits hold where no limits block says otherwise.
func DefaultLimits() Limits {
	return Limits{TreeBytes: router.MaxTree, TreeNodes: router.MaxNodes, OpenFiles: 1024, LogLinesPerSecond: 100}
}
