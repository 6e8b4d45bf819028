package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// regionPattern is the shape of a region name: a country or continent,
// sometimes a special part (gov, iso, isob, de), a direction, a number.
const regionPattern = `[a-z]{2,4}(?:-(?:gov|iso[a-z]?|[a-z]{2}))?` +
	`-(?:(?:north|south)(?:east|west)?|east|west|central)-[1-9][0-9]?`

var regionShape = lazyregexp.New(`^` + regionPattern + `$`)

// partition is a group of regions with accounts and endpoints of its own.
type partition struct {
	name   string
	domain string
	prefix string // of the names of its regions
}

// partitions returns the partitions, the one for everything else last.
//
// The source is the partition data that the AWS SDKs carry.
func partitions() []partition {
	return []partition{
		{"aws-cn", "amazonaws.com.cn", "cn-"},
		{"aws-us-gov", "amazonaws.com", "us-gov-"},
		{"aws-iso", "c2s.ic.gov", "us-iso-"},
		{"aws-iso-b", "sc2s.sgov.gov", "us-isob-"},
		{"aws-iso-e", "cloud.adc-e.uk", "eu-isoe-"},
		{"aws-iso-f", "csp.hci.ic.gov", "us-isof-"},
		{"aws-eusc", "amazonaws.eu", "eusc-"},
		{"aws", "amazonaws.com", ""},
	}
}

func partitionOf(region string) partition {
	all := partitions()
	return all[slices.IndexFunc(all, func(p partition) bool { return strings.HasPrefix(region, p.prefix) })]
}

// knownRegions returns the regions that AWS has named. A region that is not
// among them may be newer than this list, so it is worth a warning only.
func knownRegions() []string {
	return []string{
		"us-east-1", "us-east-2", "us-west-1", "us-west-2",
		"af-south-1",
		"ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
		"ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
		"ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		"ca-central-1", "ca-west-1",
		"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
		"eu-west-1", "eu-west-2", "eu-west-3",
		"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
		"cn-north-1", "cn-northwest-1",
		"us-gov-east-1", "us-gov-west-1",
		"us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1",
		"eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1",
		"eusc-de-east-1",
	}
}

func checkRegion(given string) string {
	if regionShape.MatchString(given) {
		return ""
	}
	if z, ok := parseZone(given); ok {
		return fmt.Sprintf("%q is an availability zone; its region is %q.", given, z.region)
	}
	return fmt.Sprintf("%q is not a region: a region looks like %q.%s", given, defaultRegion, didYouMean(given, knownRegions()))
}

// regionCode is the short form of a region in zone ids: use1, apse2, usgw1,
// cnnw1, usibe1. Each part gives its initials.
func regionCode(region string) string {
	parts := strings.Split(region, "-")
	var code strings.Builder
	code.WriteString(parts[0])
	for _, part := range parts[1:] {
		code.WriteString(initials(part))
	}
	return code.String()
}

// codeIsCertain says whether regionCode has been seen to hold. Of the regions
// that are not known, of the isolated partitions e and f and of the European
// Sovereign Cloud no zone id is public, so a user may know better.
func codeIsCertain(region string) bool {
	unseen := []string{"aws-iso-e", "aws-iso-f", "aws-eusc"}
	return slices.Contains(knownRegions(), region) && !slices.Contains(unseen, partitionOf(region).name)
}

func initials(part string) string {
	for _, compound := range []string{"north", "south"} {
		if rest, ok := strings.CutPrefix(part, compound); ok {
			return compound[:1] + rest[:min(1, len(rest))]
		}
	}
	if rest, ok := strings.CutPrefix(part, "iso"); ok {
		return "i" + rest
	}
	if part[0] >= '0' && part[0] <= '9' {
		return part
	}
	return part[:1]
}
