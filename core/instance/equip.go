package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

var (
	// typeShape is family, dot, size: m5.large, u-6tb1.112xlarge, c7g.metal,
	// mac2-m2pro.metal.
	typeShape = lazyregexp.New(`^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$`)
	// sizeShape is a word for a size: medium, 2xlarge, metal, metal-24xl. The
	// u- families have no others.
	sizeShape = lazyregexp.New(`^(?:nano|micro|small|medium|large|(?:[2-9]|[1-9][0-9]+)?xlarge|metal(?:-[1-9][0-9]*xl)?)$`)
	// family is series, generation and the letters of the variant: c, 7, gn.
	familyShape = lazyregexp.New(`^[a-z-]+[0-9]+([a-z]*)(-.*)?$`)
)

// architectures returns the words of the EC2 API.
func architectures() []string {
	return []string{"x86_64", "arm64", "i386", "x86_64_mac", "arm64_mac"}
}

// equip settles the instance type and the architecture.
func (b *builder) equip(a *arguments) {
	kind, kindGiven := take(b, "instance_type", a.Type, a.TypeAt, checkType)
	arch, archGiven := take(b, "architecture", a.Architecture, a.ArchitectureAt, oneOf(architectures()...))
	if kindGiven && archGiven && !runs(kind, arch) {
		b.refuse("architecture", a.ArchitectureAt, "Architecture of another instance type", fmt.Sprintf(
			"An instance of type %s is %s, not %s. Leave architecture out, or take a type such as %s.",
			kind, architectureOf(kind), arch, typeFor(arch)))
		archGiven = false
	}
	switch {
	case !kindGiven && !archGiven:
		kind, arch = typeFor("x86_64"), "x86_64"
	case !kindGiven:
		kind = typeFor(arch)
	case !archGiven:
		arch = architectureOf(kind)
	}
	b.facts.InstanceType, b.facts.Architecture = kind, arch
	if kindGiven {
		b.checkSizeOf(kind, a.TypeAt)
	}
}

// checkSizeOf warns of an instance type whose size is no word for one.
func (b *builder) checkSizeOf(kind string, at hcl.Range) {
	family, size, _ := strings.Cut(kind, ".")
	if sizeShape.MatchString(size) {
		return
	}
	sizes := []string{
		"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "3xlarge", "4xlarge", "6xlarge", "8xlarge", "9xlarge",
		"10xlarge", "12xlarge", "16xlarge", "18xlarge", "24xlarge", "32xlarge", "48xlarge", "96xlarge", "metal",
		"metal-16xl", "metal-24xl", "metal-32xl", "metal-48xl", "metal-96xl",
	}
	meant := ""
	if word := nearest(size, sizes); word != "" {
		meant = fmt.Sprintf(" Did you mean %q?", family+"."+word)
	}
	b.warn(at, "Unknown instance size", fmt.Sprintf(
		"%q is not among the sizes that this version knows; %q is taken as it is.%s", size, kind, meant))
}

func checkType(given string) string {
	if typeShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not an instance type: it is a family, a dot and a size, such as %q.", given, "m5.large")
}

// runs says whether an instance type runs images of an architecture. The
// 64-bit x86 types run 32-bit images too.
func runs(kind, arch string) bool {
	of := architectureOf(kind)
	return of == arch || of == "x86_64" && arch == "i386"
}

// architectureOf tells the architecture from the name of a type: a g among the
// letters after the generation is a Graviton processor, and so was a1; mac1
// has an Intel processor, all later ones have one of Apple.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
func architectureOf(kind string) string {
	family, _, _ := strings.Cut(kind, ".")
	switch {
	case family == "mac1":
		return "x86_64_mac"
	case isMac(kind):
		return "arm64_mac"
	case family == "a1":
		return "arm64"
	}
	m := familyShape.FindStringSubmatch(family)
	if m == nil {
		return "x86_64"
	}
	// GB200 and its kin pair their accelerator with an Arm processor.
	if strings.Contains(m[1], "g") || strings.HasPrefix(m[2], "-gb") {
		return "arm64"
	}
	return "x86_64"
}

// isMac says whether a type is a Mac, which there is on Dedicated Hosts only.
func isMac(kind string) bool { return strings.HasPrefix(kind, "mac") }

// typeFor returns the instance type that stands for an architecture when the
// user names no type.
func typeFor(arch string) string {
	types := []string{"m5.large", "m6g.large", "t2.micro", "mac1.metal", "mac2.metal"}
	return types[slices.Index(architectures(), arch)]
}
