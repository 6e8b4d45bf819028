package stssim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// longest says how many members the lists may have.
func longest() map[string]int {
	return map[string]int{"PolicyArns": 10, "Tags": 50, "TransitiveTagKeys": 50, "ProvidedContexts": 5}
}

// checkLists checks the numbers and the texts of the members of the lists that
// the action knows.
func checkLists(form url.Values, lists ...string) []string {
	var wrong []string
	for _, list := range lists {
		numbers := memberNumbers(form, list)
		for _, n := range numbers {
			wrong = append(wrong, checkMember(form, list, n)...)
		}
		if len(numbers) > 0 && slices.Max(numbers) > longest()[list] {
			wrong = append(wrong, tooMany(list))
		}
	}
	return wrong
}

func tooMany(list string) string {
	return fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d",
		lowerFirst(list), longest()[list])
}

// memberNumbers returns the numbers that occur in the list, sorted.
func memberNumbers(form url.Values, list string) []int {
	var numbers []int
	for name := range form {
		if m := memberPattern.FindStringSubmatch(name); m != nil && m[1] == list {
			n, _ := strconv.Atoi(m[2]) // digits by the pattern
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func checkMember(form url.Values, list string, n int) []string {
	name, at := fmt.Sprintf("%s.member.%d", list, n), fmt.Sprintf("%s.%d.member", list, n)
	switch list {
	case "PolicyArns":
		return checkField(form, name+".arn", constraint{parameter: at + ".arn", min: 20, max: 2048})
	case "Tags":
		return append(
			checkField(form, name+".Key", constraint{parameter: at + ".key", min: 1, max: 128, pattern: keyPattern}),
			checkField(form, name+".Value", constraint{parameter: at + ".value", max: 256, pattern: valuePattern})...)
	case "TransitiveTagKeys":
		return checkField(form, name, constraint{parameter: at, min: 1, max: 128, pattern: keyPattern})
	default: // nothing is done with the texts of the others
		return nil
	}
}

func checkField(form url.Values, name string, c constraint) []string {
	if !form.Has(name) {
		return []string{isNull(lowerFirst(c.parameter))}
	}
	return c.check(form.Get(name))
}

// packedPolicySize is how many percent of the space for session policies and
// session tags are used; 0 when there are none. How AWS packs them is not
// public, so this counts their plain size, inherited tags included, against
// the 2048 characters of the API's description.
func packedPolicySize(form url.Values, tags []sessionTag) (int, *apiError) {
	const space = 2048
	policy := form.Get("Policy")
	if policy != "" && !json.Valid([]byte(policy)) {
		return 0, errorf(http.StatusBadRequest, "MalformedPolicyDocument", "This policy contains invalid Json")
	}
	size := len(policy)
	for _, arn := range members(form, "PolicyArns", ".arn") {
		size += len(arn)
	}
	for _, t := range tags {
		size += t.size()
	}
	percent := percentOf(size, space)
	if percent > 100 {
		return 0, tooLarge(percent)
	}
	return percent, nil
}

// percentOf rounds up, so that only nothing is 0 percent.
func percentOf(size, space int) int { return (size*100 + space - 1) / space }

func tooLarge(percent int) *apiError {
	return errorf(http.StatusBadRequest, "PackedPolicyTooLarge", "PackedPolicySize consumes %d%% of the allotted space.", percent)
}
