package instance

import (
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// The versions that brought what this plugin serves. Those that the user
// guide's tables do not tell are the month in which AWS announced the feature,
// or of the first capture that has it.
const (
	always           = ""           // 1.0
	sinceCodes       = "2007-03-01" // product-codes
	sinceType        = "2007-08-29" // instance-type
	sinceRamdisk     = "2007-10-10" // ramdisk-id and ancestor-ami-ids
	sinceDevices     = "2007-12-15" // block-device-mapping
	sinceKernel      = "2008-02-01" // kernel-id
	sinceDynamic     = "2009-04-04" // the directory dynamic
	sinceProfile     = "2011-05-01" // profile and metrics
	sinceServices    = "2014-02-25" // the directory services
	sincePartition   = "2015-10-20" // services/partition
	sinceGPUs        = "2016-11-30" // elastic-gpus
	sinceHibernation = "2018-11-01" // hibernation, announced in that month
	sinceInference   = "2018-11-29" // elastic-inference
	sinceSSHKeys     = "2019-06-01" // managed-ssh-keys, announced in that month
	sinceLifeCycle   = "2019-10-01" // instance-life-cycle
	sinceOutposts    = "2019-12-01" // outpost-arn, announced in that month
	sinceTags        = "2021-03-23" // tags
	sinceSystem      = "2022-09-24" // system
)

// builder is a tree in the making.
type builder sdk.Tree

// add adds a value of meta-data. Without one there is no path.
func (b builder) add(name, value, since string) {
	if value == "" {
		return
	}
	leaf := sdk.Text(value)
	leaf.Since = since
	b["meta-data/"+name] = leaf
}

// addLines adds values one a line. The last line has no newline, as everywhere
// in the real service.
func (b builder) addLines(name string, values []string, since string) {
	b.add(name, strings.Join(values, "\n"), since)
}
