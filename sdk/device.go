package sdk

// BlockDevice is an EBS volume in the block device mapping.
type BlockDevice struct {
	// DeviceName is the name by which it was mapped, as the user wrote it:
	// "/dev/sdf".
	DeviceName string `json:"device_name"`
}

// EphemeralBlockDevice is an instance store volume, or the swap device, in the
// block device mapping.
type EphemeralBlockDevice struct {
	// DeviceName is the name by which it was mapped: "sdb".
	DeviceName string `json:"device_name"`
	// VirtualName is what was mapped: "ephemeral0" or "swap".
	VirtualName string `json:"virtual_name"`
}

// Accelerator is an accelerator attached over the network: Elastic Graphics or
// Elastic Inference. AWS has retired both services.
type Accelerator struct {
	// ID is such as "egpu-0123456789abcdef0" or
	// "eia-0123456789abcdef0123456789abcdef".
	ID string `json:"id"`
	// Type is such as "eg1.medium" or "eia1.medium".
	Type string `json:"type"`
}
