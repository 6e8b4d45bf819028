package instance

import (
	"strconv"

	"github.com/mockmd/mockmd/sdk"
)

// image adds what the instance was made from.
func (b builder) image(in *sdk.Instance) {
	b.add("ami-id", in.AMI, always)
	b.add("ami-manifest-path", in.AMIManifestPath, always)
	b.addLines("ancestor-ami-ids", in.AncestorAMIIDs, sinceRamdisk)
	b.add("kernel-id", in.KernelID, sinceKernel)
	b.addLines("product-codes", in.ProductCodes, sinceCodes)
	b.add("ramdisk-id", in.RamdiskID, sinceRamdisk)
	if in.VirtualizationType != "" {
		b.add("profile", "default-"+in.VirtualizationType, sinceProfile)
	}
}

// launch adds what it was launched as.
func (b builder) launch(in *sdk.Instance) {
	b.add("ami-launch-index", strconv.Itoa(in.AMILaunchIndex), always)
	b.add("instance-id", in.ID, always)
	b.add("instance-life-cycle", in.InstanceLifecycle, sinceLifeCycle)
	b.add("instance-type", in.InstanceType, sinceType)
	b.add("reservation-id", in.ReservationID, always)
	if len(in.NetworkInterfaces) > 0 {
		b.addLines("security-groups", in.NetworkInterfaces[0].SecurityGroups, always)
	}
	if in.Hibernation != nil {
		b.add("hibernation/configured", strconv.FormatBool(*in.Hibernation), sinceHibernation)
	}
	monitoring := "disabled"
	if in.Monitoring {
		monitoring = "enabled"
	}
	b["dynamic/fws/instance-monitoring"] = sdk.Leaf{Body: []byte(monitoring), Since: sinceDynamic}
}

// vhostmd is all that is left of the host's metrics: the user guide calls them
// gone, and the real service answers with the head of an empty document.
const vhostmd = `<?xml version="1.0" encoding="UTF-8"?>`

// surroundings adds where it runs, but for its place, which is of another
// plugin.
func (b builder) surroundings(in *sdk.Instance) {
	b.add("metrics/vhostmd", vhostmd, sinceProfile)
	b.add("outpost-arn", in.OutpostARN, sinceOutposts)
	b.add("services/domain", in.Domain, sinceServices)
	b.add("services/partition", in.Partition, sincePartition)
	b.add("system", in.Hypervisor, sinceSystem)
}

// userData adds the user data, byte for byte: it may be a script, a gzip file
// or anything else.
func (b builder) userData(in *sdk.Instance) {
	if len(in.UserData) > 0 {
		b["user-data"] = sdk.Leaf{Body: in.UserData, ContentType: "application/octet-stream"}
	}
}
