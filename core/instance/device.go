package instance

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// defaultRootDevice is the name that Amazon Linux gives its root volume.
// Other images say /dev/sda1, which the hypervisor shows as /dev/xvda too.
const defaultRootDevice = "/dev/xvda"

// rootArguments is the root_block_device block as the user wrote it. What a
// volume is made of does not show in the metadata: all arguments but the name
// are there because Terraform has them, and do nothing.
type rootArguments struct {
	Name   *string   `hcl:"device_name,optional"`
	NameAt hcl.Range `hcl:"device_name,attr_value_range"`

	DeleteOnTermination *bool             `hcl:"delete_on_termination,optional"`
	Encrypted           *bool             `hcl:"encrypted,optional"`
	IOPS                *int              `hcl:"iops,optional"`
	KMSKeyID            *string           `hcl:"kms_key_id,optional"`
	Tags                map[string]string `hcl:"tags,optional"`
	Throughput          *int              `hcl:"throughput,optional"`
	VolumeID            *string           `hcl:"volume_id,optional"`
	VolumeSize          *int              `hcl:"volume_size,optional"`
	VolumeType          *string           `hcl:"volume_type,optional"`
}

// ebsArguments is an ebs_block_device block as the user wrote it; as in
// rootArguments, only the name counts.
type ebsArguments struct {
	Name   string    `hcl:"device_name"`
	NameAt hcl.Range `hcl:"device_name,attr_value_range"`

	DeleteOnTermination *bool             `hcl:"delete_on_termination,optional"`
	Encrypted           *bool             `hcl:"encrypted,optional"`
	IOPS                *int              `hcl:"iops,optional"`
	KMSKeyID            *string           `hcl:"kms_key_id,optional"`
	SnapshotID          *string           `hcl:"snapshot_id,optional"`
	Tags                map[string]string `hcl:"tags,optional"`
	Throughput          *int              `hcl:"throughput,optional"`
	VolumeID            *string           `hcl:"volume_id,optional"`
	VolumeSize          *int              `hcl:"volume_size,optional"`
	VolumeType          *string           `hcl:"volume_type,optional"`
}

// ephemeralArguments is an ephemeral_block_device block as the user wrote it.
type ephemeralArguments struct {
	Name      string    `hcl:"device_name"`
	NameAt    hcl.Range `hcl:"device_name,attr_value_range"`
	Virtual   *string   `hcl:"virtual_name,optional"`
	VirtualAt hcl.Range `hcl:"virtual_name,attr_value_range"`
	// NoDevice takes a mapping of the image away.
	NoDevice   *bool     `hcl:"no_device,optional"`
	NoDeviceAt hcl.Range `hcl:"no_device,attr_value_range"`
	At         hcl.Range `hcl:",def_range"`
}

// mapping is what has been mapped so far: the place of each device name,
// without /dev/, and of each virtual name.
type mapping struct {
	devices, virtuals map[string]hcl.Range
}

// attach settles the block device mapping.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
func (b *builder) attach(a *arguments) {
	m := mapping{devices: map[string]hcl.Range{}, virtuals: map[string]hcl.Range{}}
	f := &b.facts
	f.RootBlockDevice.DeviceName = defaultRootDevice
	var rootAt hcl.Range
	if a.RootDevice != nil {
		if name, ok := option(b, "device_name", a.RootDevice.Name, a.RootDevice.NameAt, checkDevice); ok {
			f.RootBlockDevice.DeviceName, rootAt = name, a.RootDevice.NameAt
		}
	}
	m.devices[bareDevice(f.RootBlockDevice.DeviceName)] = rootAt
	for _, d := range a.EBSDevices {
		if b.device(&m, d.Name, d.NameAt) {
			f.EBSBlockDevices = append(f.EBSBlockDevices, sdk.BlockDevice{DeviceName: d.Name})
		}
	}
	for _, d := range a.EphemeralDevices {
		if virtual, ok := b.virtual(&m, d); b.device(&m, d.Name, d.NameAt) && ok {
			f.EphemeralBlockDevices = append(f.EphemeralBlockDevices, sdk.EphemeralBlockDevice{DeviceName: d.Name, VirtualName: virtual})
		}
	}
}

// device says whether a device name, required in its block, can be mapped.
func (b *builder) device(m *mapping, name string, at hcl.Range) bool {
	if at == (hcl.Range{}) {
		return false // it is missing, which HCL has told
	}
	if _, ok := option(b, "device_name", &name, at, checkDevice); !ok {
		return false
	}
	other, taken := m.devices[bareDevice(name)]
	if !taken {
		m.devices[bareDevice(name)] = at
		return true
	}
	detail := fmt.Sprintf("%q is mapped already, at line %d. Take another name, such as %q.", name, other.Start.Line, m.free())
	if other == (hcl.Range{}) {
		detail = fmt.Sprintf("%q is the root device. Take another name, or give the root another one with root_block_device.", name)
	}
	b.refuse("device_name", at, "One device twice", detail)
	return false
}

// free returns a name that AWS recommends for volumes and that is not taken.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
func (m *mapping) free() string {
	name := 'f'
	for m.taken("sd"+string(name)) && name < 'p' {
		name++
	}
	return "/dev/sd" + string(name)
}

func (m *mapping) taken(bare string) bool {
	_, taken := m.devices[bare]
	return taken
}

// virtual returns what an ephemeral_block_device block maps, and false when it
// maps nothing.
func (b *builder) virtual(m *mapping, d *ephemeralArguments) (string, bool) {
	name, ok := option(b, "virtual_name", d.Virtual, d.VirtualAt, checkVirtual)
	nothing, _ := option(b, "no_device", d.NoDevice, d.NoDeviceAt, anyBool)
	switch {
	case nothing:
		return "", false
	case !ok:
		if !b.failed(d.VirtualAt) && !b.failed(d.NoDeviceAt) {
			b.refuse("virtual_name", d.At, "Device that maps nothing",
				"virtual_name says what is mapped: \"ephemeral0\" and so on, or \"swap\". Add it, or remove the block.")
		}
		return "", false
	}
	if other, taken := m.virtuals[name]; taken {
		b.refuse("virtual_name", d.VirtualAt, "One virtual name twice", fmt.Sprintf(
			"%q is mapped already, at line %d. Remove one of them, or take the next number.", name, other.Start.Line))
		return "", false
	}
	m.virtuals[name] = d.VirtualAt
	return name, true
}

// bareDevice is the name by which devices are told apart: with /dev/ and
// without, it is the same one.
func bareDevice(name string) string { return strings.TrimPrefix(name, "/dev/") }

var (
	// deviceShape is wide: which names there are depends on the image.
	deviceShape  = lazyregexp.New(`^(?:/dev/)?[0-9A-Za-z]+(?:/[0-9A-Za-z]+)*$`)
	virtualShape = lazyregexp.New(`^(?:ephemeral(?:0|[1-9][0-9]?)|swap)$`)
)

func checkDevice(given string) string {
	if deviceShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not a device name: it is such as %q or %q.", given, "/dev/sdf", "xvdf")
}

func checkVirtual(given string) string {
	if virtualShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not a virtual name: it is ephemeral and a number from 0, such as %q, or %q.", given, "ephemeral0", "swap")
}
