package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

const (
	defaultRegion = "us-east-1"
	defaultLetter = "a" // of the zone when only the region is given
)

// zone is an availability zone, a Local Zone or a Wavelength Zone.
type zone struct {
	region string
	stem   string // of its id: all but the number at the end
	number string // of its id
}

// id is the zone's id. On the real service an account's letters are shuffled
// over the ids; here a is 1, b is 2 and so on.
func (z zone) id() string { return z.stem + z.number }

// The kinds of zones by name. What follows the region is a letter, or
// LOCATION-1a in a Local Zone, or wl1-LOCATION-wlz-1 or LOCATION-wlz-1a in a
// Wavelength Zone.
// https://docs.aws.amazon.com/local-zones/latest/ug/available-local-zones.html
// https://docs.aws.amazon.com/wavelength/latest/developerguide/available-wavelength-zones.html
var (
	plainZone      = lazyregexp.New(`^(` + regionPattern + `)([a-z])$`)
	localZone      = lazyregexp.New(`^(` + regionPattern + `)-([a-z]{2,5})-([1-9][0-9]*)([a-z])$`)
	wavelengthZone = lazyregexp.New(`^(` + regionPattern + `)-(wl[1-9][0-9]*-[a-z]{2,5})-wlz-([1-9][0-9]*)$`)
	zoneNumber     = lazyregexp.New(`^[1-9][0-9]*$`)
	zoneIDShape    = lazyregexp.New(`^[a-z]+[0-9]+(?:-[a-z0-9]+)*-(?:az|wlz)[1-9][0-9]*$`)
	carrierZone    = lazyregexp.New(`^(` + regionPattern + `)-([a-z]{2,5})-wlz-([1-9][0-9]*)([a-z])$`)
)

// parseZone takes the name of a zone apart, and returns false when it is none.
func parseZone(name string) (zone, bool) {
	if m := plainZone.FindStringSubmatch(name); m != nil {
		return zone{m[1], regionCode(m[1]) + "-az", ordinal(m[2])}, true
	}
	if m := localZone.FindStringSubmatch(name); m != nil {
		return zone{m[1], regionCode(m[1]) + "-" + m[2] + m[3] + "-az", ordinal(m[4])}, true
	}
	if m := wavelengthZone.FindStringSubmatch(name); m != nil {
		return zone{m[1], regionCode(m[1]) + "-" + m[2] + "-wlz", m[3]}, true
	}
	if m := carrierZone.FindStringSubmatch(name); m != nil {
		return zone{m[1], regionCode(m[1]) + "-" + m[2] + m[3] + "-wlz", ordinal(m[4])}, true
	}
	return zone{}, false
}

// ordinal is the place of a letter in the alphabet.
func ordinal(letter string) string { return fmt.Sprint(letter[0] - 'a' + 1) }

// locate settles region, zone and what follows from them.
func (b *builder) locate(a *arguments) {
	region, regionGiven := take(b, "region", a.Region, a.RegionAt, checkRegion)
	name, zoneGiven := take(b, "availability_zone", a.Zone, a.ZoneAt, checkZone)
	z, _ := parseZone(name)
	switch {
	case regionGiven && zoneGiven && z.region != region:
		b.refuse("availability_zone", a.ZoneAt, "Zone of another region", fmt.Sprintf(
			"%q lies in %s, but region is %q. Change one of them, or leave region out: it follows from the zone.",
			name, z.region, region))
		zoneGiven = false
	case regionGiven:
		b.checkKnown(region, a.RegionAt)
	case zoneGiven:
		b.checkKnown(z.region, a.ZoneAt)
	default:
		region = defaultRegion
	}
	if !zoneGiven {
		name = region + defaultLetter
		z, _ = parseZone(name)
	}
	if zoneGiven {
		b.checkLetter(name, a.ZoneAt)
	}
	f := &b.facts
	f.Region, f.AvailabilityZone, f.AvailabilityZoneID = z.region, name, z.id()
	p := partitionOf(z.region)
	f.Partition, f.Domain = p.name, p.domain

	if b.refused["availability_zone"] || b.refused["region"] && !zoneGiven {
		return // nothing is left to hold a zone id against
	}
	check := func(given string) string { return checkZoneID(given, name, z) }
	if id, ok := take(b, "availability_zone_id", a.ZoneID, a.ZoneIDAt, check); ok {
		f.AvailabilityZoneID = id
	}
}

// checkKnown warns of a region that is not in the list.
func (b *builder) checkKnown(region string, at hcl.Range) {
	known := knownRegions()
	if slices.Contains(known, region) {
		return
	}
	b.warn(at, "Unknown region", fmt.Sprintf("%q is not among the regions that this version knows; it is taken as it is.%s",
		region, didYouMean(region, known)))
}

// checkLetter warns of a zone whose letter no region has had yet: six zones
// are the most.
func (b *builder) checkLetter(name string, at hcl.Range) {
	const letters = "abcdef"
	stem, letter := name[:len(name)-1], name[len(name)-1:]
	if letter < "a" || strings.Contains(letters, letter) {
		return // a Wavelength Zone may end in a number
	}
	zones := make([]string, len(letters))
	for i, letter := range letters {
		zones[i] = stem + string(letter)
	}
	b.warn(at, "Unknown availability zone", fmt.Sprintf(
		"%q ends in %q, and the zones that this version knows end in a to f; it is taken as it is.%s",
		name, letter, didYouMean(name, zones)))
}

func checkZone(given string) string {
	if _, ok := parseZone(given); ok {
		return ""
	}
	if regionShape.MatchString(given) {
		return fmt.Sprintf("%q is a region; a zone of it is %q.", given, given+defaultLetter)
	}
	return fmt.Sprintf("%q is not an availability zone: a zone looks like %q.%s",
		given, defaultRegion+defaultLetter, didYouMean(given, zonesLike(given)))
}

// zonesLike returns a zone of each known region, with the letter that the
// given name ends in.
func zonesLike(given string) []string {
	letter := defaultLetter
	if n := len(given); n > 0 && given[n-1] >= 'a' && given[n-1] <= 'z' {
		letter = given[n-1:]
	}
	zones := knownRegions()
	for i, region := range zones {
		zones[i] = region + letter
	}
	return zones
}

func checkZoneID(given, name string, z zone) string {
	number, ok := strings.CutPrefix(given, z.stem)
	if ok && zoneNumber.MatchString(number) {
		return ""
	}
	if !codeIsCertain(z.region) && strings.HasPrefix(given, z.region[:2]) && zoneIDShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not an id of %s: that is %s and a number, such as %q. Leave it out to have it derived.",
		given, name, z.stem, z.id())
}
