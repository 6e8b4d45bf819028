package instance

import (
	"fmt"
	"strings"
)

// The partitions that a partition placement group can have.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
const maxPartition = 7

// place settles on which host and in which placement group the instance runs.
// It comes after equip.
func (b *builder) place(a *arguments) {
	f := &b.facts
	tenancy, given := take(b, "tenancy", a.Tenancy, a.TenancyAt, oneOf("default", "dedicated", "host"))
	if given && isMac(f.InstanceType) && tenancy != "host" {
		b.refuse("tenancy", a.TenancyAt, "Tenancy of another instance type", fmt.Sprintf(
			"An instance of type %s runs on a Dedicated Host only. Write tenancy = \"host\", or leave it out.", f.InstanceType))
		given = false
	}
	switch {
	case given:
		f.Tenancy = tenancy
	case isMac(f.InstanceType):
		f.Tenancy = "host"
	default:
		f.Tenancy = "default"
	}

	host, given := take(b, "host_id", a.Host, a.HostAt, idWith("h-"))
	switch {
	case given && f.Tenancy == "host":
		f.HostID = host
	case f.Tenancy == "host":
		f.HostID = b.seed.id("host_id", "h-")
	case given && b.refused["tenancy"]:
		b.drop("host_id") // the tenancy that it belongs to is what is wrong
	case given:
		b.refuse("host_id", a.HostAt, "Host without its tenancy", fmt.Sprintf(
			"An instance has a Dedicated Host only with tenancy \"host\", and this one has %q. "+
				"Write tenancy = \"host\", or leave host_id out.", f.Tenancy))
	}

	f.PlacementGroup, _ = take(b, "placement_group", a.Group, a.GroupAt, checkGroup)
	number, given := take(b, "placement_partition_number", a.Partition, a.PartitionAt, checkPartition)
	switch {
	case given && f.PlacementGroup != "":
		f.PlacementPartitionNumber = number
	case given && b.refused["placement_group"]:
		b.drop("placement_partition_number") // the group is what is wrong
	case given:
		b.refuse("placement_partition_number", a.PartitionAt, "Partition without a placement group",
			"A partition is counted in a placement group, and there is none. Add placement_group, or leave this out.")
	}
}

func checkGroup(given string) string {
	const longest = 255 // ASCII characters, by CreatePlacementGroup
	switch {
	case given == "":
		return "The name is empty. Leave placement_group out when there is none."
	case len(given) > longest:
		return fmt.Sprintf("The name has %d characters; a placement group's has %d at most.", len(given), longest)
	case strings.ContainsFunc(given, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Sprintf("%q has other characters than those of printable ASCII.", given)
	}
	return ""
}

func checkPartition(given int) string {
	if given >= 1 && given <= maxPartition {
		return ""
	}
	return fmt.Sprintf("%d is not a partition: they are counted from 1 to %d. Leave it out when there is none.", given, maxPartition)
}
