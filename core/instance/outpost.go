package instance

import (
	"fmt"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// outpostShape is the ARN of an Outpost: partition, region, account.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsoutposts.html
var outpostShape = lazyregexp.New(`^arn:(aws[a-z-]*):outposts:([a-z0-9-]+):([0-9]{12}):outpost/op-[0-9a-f]{17}$`)

// placeOnOutpost settles the Outpost. It comes after identify and locate.
func (b *builder) placeOnOutpost(a *arguments) {
	const mend = " Change one of them, or leave outpost_arn out."
	f := &b.facts
	arn, given := take(b, "outpost_arn", a.Outpost, a.OutpostAt, checkOutpost)
	if !given {
		return
	}
	m := outpostShape.FindStringSubmatch(arn)
	partition, region, account := m[1], m[2], m[3]
	switch {
	case region != f.Region && (b.refused["region"] || b.refused["availability_zone"]):
		b.drop("outpost_arn") // the place that it belongs to is what is wrong
		return
	case region != f.Region:
		b.refuse("outpost_arn", a.OutpostAt, "Outpost of another region", fmt.Sprintf(
			"The Outpost belongs to %s, and the instance is in %s.", region, f.Region)+mend)
		return
	case partition != f.Partition:
		b.refuse("outpost_arn", a.OutpostAt, "Outpost of another partition", fmt.Sprintf(
			"%q is the partition of the Outpost, and that of %s is %q.", partition, region, f.Partition)+mend)
		return
	case account != f.AccountID && !b.refused["account_id"]:
		// An Outpost can be shared with other accounts, so this may be meant.
		b.warn(a.OutpostAt, "Outpost of another account", fmt.Sprintf(
			"The Outpost belongs to account %s, and the instance to %s, as if the Outpost were shared. "+
				"Write account_id = %q when it is not.", account, f.AccountID, account))
	}
	f.OutpostARN = arn
}

func checkOutpost(given string) string {
	if outpostShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not the ARN of an Outpost: that is such as %q.", given,
		"arn:aws:outposts:us-west-2:123456789012:outpost/op-0123456789abcdef0")
}
