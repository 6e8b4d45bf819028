package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// The words for hypervisors are those that the path system serves; the EC2 API
// knows the first two.
const (
	nitro      = "nitro"
	xen        = "xen"
	xenOnNitro = "xen-on-nitro"
)

// The words for virtualization types of the EC2 API.
const (
	hvm         = "hvm"
	paravirtual = "paravirtual"
)

// virtualize settles the hypervisor and what it does for the instance. It
// comes after identify, locate and equip.
func (b *builder) virtualize(a *arguments) {
	f := &b.facts
	f.Hypervisor = hypervisorOf(f.InstanceType)
	if given, ok := take(b, "hypervisor", a.Hypervisor, a.HypervisorAt, oneOf(nitro, xen, xenOnNitro)); ok {
		switch {
		case (given == nitro) == (f.Hypervisor == nitro):
			f.Hypervisor = given
		case b.refused["instance_type"], b.refused["architecture"]:
			b.drop("hypervisor") // the type that it belongs to is what is wrong
		default:
			kind := typeFor("x86_64")
			if given != nitro {
				kind = "t2.micro"
			}
			b.refuse("hypervisor", a.HypervisorAt, "Hypervisor of another instance type", fmt.Sprintf(
				"An instance of type %s runs on %s, not on %s. Leave hypervisor out, or take a type such as %s.",
				f.InstanceType, f.Hypervisor, given, kind))
		}
	}

	f.VirtualizationType = hvm
	if f.KernelID != "" && f.Hypervisor != nitro {
		f.VirtualizationType = paravirtual // only such images name a kernel
	}
	if given, ok := take(b, "virtualization_type", a.Virtualization, a.VirtualizationAt, oneOf(hvm, paravirtual)); ok {
		switch {
		case given == hvm || f.Hypervisor != nitro:
			f.VirtualizationType = given
		case b.refused["instance_type"], b.refused["architecture"], b.refused["hypervisor"]:
			b.drop("virtualization_type") // what it leans on is wrong
		default:
			b.refuse("virtualization_type", a.VirtualizationAt, "Virtualization of another instance type", fmt.Sprintf(
				"An instance of type %s runs on nitro, which knows hvm only. "+
					"Leave virtualization_type out, or take a type such as m3.medium.", f.InstanceType))
		}
	}

	b.checkKernel(a)
	f.Monitoring, _ = take(b, "monitoring", a.Monitoring, a.MonitoringAt, anyBool)
	if given, ok := take(b, "hibernation", a.Hibernation, a.HibernationAt, anyBool); ok {
		f.Hibernation = &given
	}
}

// checkKernel warns of what only paravirtual images have.
func (b *builder) checkKernel(a *arguments) {
	f := &b.facts
	if f.Hypervisor != nitro || b.refused["instance_type"] || b.refused["architecture"] || b.refused["hypervisor"] {
		return
	}
	for _, c := range []struct {
		name, value string
		at          hcl.Range
	}{
		{"kernel_id", f.KernelID, a.KernelAt}, {"ramdisk_id", f.RamdiskID, a.RamdiskAt},
	} {
		if c.value != "" {
			b.warn(c.at, "No "+c.name+" on Nitro", fmt.Sprintf(
				"The real service shows none on Nitro, which an instance of type %s runs on. "+
					"It is served all the same; leave %s out, or take a type such as m3.medium.", f.InstanceType, c.name))
		}
	}
}

func anyBool(bool) string { return "" }

// hypervisorOf tells the hypervisor of an instance type. All types that AWS
// has brought out since 2017 run on Nitro; these are the earlier ones.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
func hypervisorOf(kind string) string {
	family, size, _ := strings.Cut(kind, ".")
	earlier := []string{
		"t1", "t2", "m1", "m2", "m3", "m4", "c1", "c3", "c4", "cc1", "cc2", "cr1", "cg1", "r3", "r4", "x1", "x1e",
		"p2", "p3", "g2", "g3", "g3s", "i2", "i3", "d2", "h1", "f1", "hs1", "hi1",
	}
	if slices.Contains(earlier, family) && (family != "i3" || size != "metal") {
		return xen
	}
	return nitro
}
