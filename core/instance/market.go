package instance

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// The words of instance_lifecycle; market_type has the second and the last.
const (
	onDemand      = "on-demand"
	spot          = "spot"
	scheduled     = "scheduled"
	capacityBlock = "capacity-block"
)

// marketArguments is the instance_market_options block as the user wrote it.
type marketArguments struct {
	Type   *string        `hcl:"market_type,optional"`
	TypeAt hcl.Range      `hcl:"market_type,attr_value_range"`
	Spot   *spotArguments `hcl:"spot_options,block"`
}

// spotArguments is the spot_options block as the user wrote it. The metadata
// tell nothing of the price, nor of how long and how often EC2 asks for the
// instance; these arguments are there because Terraform has them.
type spotArguments struct {
	Behavior   *string   `hcl:"instance_interruption_behavior,optional"`
	BehaviorAt hcl.Range `hcl:"instance_interruption_behavior,attr_value_range"`
	Price      *string   `hcl:"max_price,optional"`
	PriceAt    hcl.Range `hcl:"max_price,attr_value_range"`
	Type       *string   `hcl:"spot_instance_type,optional"`
	TypeAt     hcl.Range `hcl:"spot_instance_type,attr_value_range"`
	Until      *string   `hcl:"valid_until,optional"`
	UntilAt    hcl.Range `hcl:"valid_until,attr_value_range"`
	At         hcl.Range `hcl:",def_range"`
}

// market settles how the instance is paid for.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMarketOptionsRequest.html
func (b *builder) market(a *arguments) {
	f := &b.facts
	f.InstanceLifecycle = onDemand
	given, ok := take(b, "instance_lifecycle", a.Lifecycle, a.LifecycleAt, oneOf(onDemand, spot, scheduled, capacityBlock))
	if a.Market != nil {
		f.InstanceLifecycle = b.marketType(a.Market)
		switch {
		case ok && b.refused["market_type"]: // only one of the two can be believed
			f.InstanceLifecycle = given
		case ok && given != f.InstanceLifecycle:
			b.refuse("instance_lifecycle", a.LifecycleAt, "Life cycle of another market", fmt.Sprintf(
				"instance_market_options make this a %q instance, not %q. Leave instance_lifecycle or the block out.",
				f.InstanceLifecycle, given))
		}
	} else if ok {
		f.InstanceLifecycle = given
	}
	if f.InstanceLifecycle == spot {
		f.InstanceInterruptionBehavior = "terminate"
	}
	if a.Market != nil && a.Market.Spot != nil {
		b.spotOptions(a.Market)
	}
}

// marketType returns the market of the block, which is spot when it names
// none.
func (b *builder) marketType(m *marketArguments) string {
	market, ok := option(b, "market_type", m.Type, m.TypeAt, oneOf(spot, capacityBlock))
	if !ok {
		return spot
	}
	return market
}

// spotOptions checks a spot_options block and takes from it what the metadata
// tell.
func (b *builder) spotOptions(m *marketArguments) {
	const persistent = "persistent"
	s := m.Spot
	kind, ok := option(b, "spot_instance_type", s.Type, s.TypeAt, oneOf("one-time", persistent))
	if !ok {
		kind = "one-time"
	}
	kindIsWrong := b.refused["spot_instance_type"]
	option(b, "max_price", s.Price, s.PriceAt, checkPrice)
	_, until := option(b, "valid_until", s.Until, s.UntilAt, checkUntil)
	behavior, ok := option(b, "instance_interruption_behavior", s.Behavior, s.BehaviorAt, oneOf("terminate", "stop", "hibernate"))
	if b.facts.InstanceLifecycle != spot {
		if !b.refused["market_type"] {
			b.refuse("spot_options", s.At, "Spot options without a Spot Instance", fmt.Sprintf(
				"These options are for market_type = %q, and this one is %q. Change market_type, or leave the block out.",
				spot, b.facts.InstanceLifecycle))
		}
		return
	}
	if until && kind != persistent && !kindIsWrong {
		b.refuse("valid_until", s.UntilAt, "End of a request that does not last",
			"Only a persistent request has an end. Write spot_instance_type = \"persistent\", or leave valid_until out.")
	}
	switch {
	case !ok:
	case behavior == "terminate" || kind == persistent:
		b.facts.InstanceInterruptionBehavior = behavior
	case !kindIsWrong:
		b.refuse("instance_interruption_behavior", s.BehaviorAt, "Interruption of another kind of request", fmt.Sprintf(
			"EC2 can %s an instance of a persistent request only. Write spot_instance_type = \"persistent\", "+
				"or leave instance_interruption_behavior out.", behavior))
	}
}

// priceShape is a number of dollars an hour.
var priceShape = lazyregexp.New(`^[0-9]{1,9}(\.[0-9]{1,9})?$`)

func checkPrice(given string) string {
	if priceShape.MatchString(given) {
		return ""
	}
	return fmt.Sprintf("%q is not a price: it is a number of dollars an hour, such as %q. Leave it out for the price on demand.",
		given, "0.0312")
}

func checkUntil(given string) string {
	if _, err := time.Parse(time.RFC3339, given); err == nil {
		return ""
	}
	return fmt.Sprintf("%q is not a time by RFC 3339. Write it like %q.", given, "2030-01-31T12:00:00Z")
}
