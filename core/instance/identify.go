package instance

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

var (
	accountShape = lazyregexp.New(`^[0-9]{12}$`)
	hexShape     = lazyregexp.New(`^(?:[0-9a-f]{8}|[0-9a-f]{17})$`)
	codeShape    = lazyregexp.New(`^[0-9A-Za-z]+$`)
)

// identify settles who the instance is and what it was launched from.
func (b *builder) identify(a *arguments) {
	f := &b.facts
	var given bool
	if f.ID, given = take(b, "id", a.ID, a.IDAt, idWith("i-")); !given {
		f.ID = b.seed.id("id", "i-")
	}
	if f.AccountID, given = take(b, "account_id", a.Account, a.AccountAt, checkAccount); !given {
		f.AccountID = b.account.account()
	}
	if f.AMI, given = take(b, "ami", a.AMI, a.AMIAt, idWith("ami-")); !given {
		f.AMI = b.seed.id("ami", "ami-")
	}
	f.AMILaunchIndex, _ = take(b, "ami_launch_index", a.LaunchIndex, a.LaunchIndexAt, checkLaunchIndex)
	if f.AMIManifestPath, given = take(b, "ami_manifest_path", a.Manifest, a.ManifestAt, checkManifest); !given {
		f.AMIManifestPath = "(unknown)" // in brackets, as the real service has it for images on EBS
	}
	f.AncestorAMIIDs, _ = take(b, "ancestor_ami_ids", list(a.Ancestors), a.AncestorsAt, each(idWith("ami-")))
	if f.ReservationID, given = take(b, "reservation_id", a.Reservation, a.ReservationAt, idWith("r-")); !given {
		f.ReservationID = b.seed.id("reservation_id", "r-")
	}
	f.KernelID, _ = take(b, "kernel_id", a.Kernel, a.KernelAt, idWith("aki-"))
	f.RamdiskID, _ = take(b, "ramdisk_id", a.Ramdisk, a.RamdiskAt, idWith("ari-"))
	f.ProductCodes, _ = take(b, "product_codes", list(a.ProductCodes), a.ProductCodesAt, each(checkProductCode))
	f.LaunchTime = b.seed.launchTime()
	if text, ok := take(b, "launch_time", a.LaunchTime, a.LaunchTimeAt, checkLaunchTime); ok {
		f.LaunchTime, _ = parseLaunchTime(text)
	}
}

// idWith checks a resource id with a prefix. Ids made before 2016 have 8
// hexadecimal digits, later ones 17.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
func idWith(prefix string) func(string) string {
	return func(given string) string {
		if len(given) > len(prefix) && given[:len(prefix)] == prefix && hexShape.MatchString(given[len(prefix):]) {
			return ""
		}
		return fmt.Sprintf("%q is no such id: it is %s and 17 hexadecimal digits in lower case (8 in old ones), such as %q. "+
			"Leave it out to have one derived.", given, prefix, prefix+"0123456789abcdef0")
	}
}

func checkAccount(given string) string {
	if accountShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not an AWS account id: it has 12 digits and no dashes. "+
		"Write it in quotes, so that leading zeros stay.", given)
}

func checkProductCode(given string) string {
	if codeShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not a product code: it has letters and digits only.", given)
}

func checkLaunchIndex(given int) string {
	// A launch request counts its instances in 32 bits.
	if given >= 0 && given <= math.MaxInt32 {
		return ""
	}
	return fmt.Sprintf("%d is not a launch index: the instances of a launch are counted from 0.", given)
}

func checkManifest(given string) string {
	switch {
	case given == "":
		return "The path is empty. Leave ami_manifest_path out for an image on EBS."
	case strings.ContainsFunc(given, unicode.IsControl):
		return fmt.Sprintf("%q has control characters.", given)
	}
	return ""
}

func checkLaunchTime(given string) string {
	t, err := parseLaunchTime(given)
	if err != nil {
		return fmt.Sprintf("%q is not a time by RFC 3339. Write it like %q.", given, "2025-01-31T12:00:00Z")
	}
	// EC2 opened in 2006; an earlier year is a slip of the finger, and one
	// after 9999 cannot be written in a document.
	if t.Year() < 2006 || t.Year() > 9999 {
		return fmt.Sprintf("%q lies before the first EC2 instance or after the year 9999.", given)
	}
	return ""
}

// parseLaunchTime returns UTC and whole seconds, as documents have it.
func parseLaunchTime(given string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, given)
	return t.UTC().Truncate(time.Second), err
}
