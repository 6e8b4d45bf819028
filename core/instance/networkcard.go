package instance

import (
	"fmt"
	"strings"
)

// cardsOf returns how many network cards an instance type has, and false for
// the types that have one, and those that this version does not know.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#network-cards
func cardsOf(kind string) (int, bool) {
	family, size, _ := strings.Cut(kind, ".")
	largest := size == "32xlarge" || size == "48xlarge" || strings.HasPrefix(size, "metal")
	switch family {
	case "c6in", "m6in", "m6idn", "r6in", "r6idn", "c8gn", "m8gn", "r8gn", "hpc6id":
		return 2, largest && size != "metal-24xl"
	case "hpc7a", "u7in-16tb", "u7in-24tb", "u7in-32tb", "u7inh-32tb":
		return 2, true
	case "p4d", "p4de", "dl1":
		return 4, true
	case "g6e":
		return map[string]int{"24xlarge": 2, "48xlarge": 4}[size], size == "24xlarge" || size == "48xlarge"
	case "trn1":
		return 8, size == "32xlarge"
	case "p6-b200":
		return 8, true
	case "trn1n", "trn2", "trn2u", "p5en":
		return 16, size != "3xlarge"
	case "p6-b300", "p6e-gb200":
		return 17, true
	case "p5", "p5e":
		return 32, largest
	}
	return 0, false
}

// checkCard takes a card of a type that it does not know: there are newer ones.
func (b *builder) checkCard(given int) string {
	const most = 63
	count, known := cardsOf(b.facts.InstanceType)
	switch {
	case given > 0 && b.facts.Hypervisor != nitro:
		return fmt.Sprintf("An instance of type %s runs on Xen and has the network card 0 only, and no %d. "+
			"Leave network_card_index out, or take a type with several cards, such as p5.48xlarge.", b.facts.InstanceType, given)
	case known && (given < 0 || given >= count):
		return fmt.Sprintf("An instance of type %s has the network cards 0 to %d, and no %d.", b.facts.InstanceType, count-1, given)
	case given < 0 || given > most:
		return fmt.Sprintf("%d is not a network card: they are counted from 0.", given)
	}
	return ""
}
