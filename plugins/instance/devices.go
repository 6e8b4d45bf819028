package instance

import (
	"strconv"
	"strings"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/imdsjson"
)

// blockDevices adds the block device mapping. An EBS volume keeps the name
// that the user gave it; an instance store volume has its name without /dev/.
func (b builder) blockDevices(in *sdk.Instance) {
	const dir = "block-device-mapping/"
	b.add(dir+"ami", in.RootBlockDevice.DeviceName, sinceDevices)
	b.add(dir+"root", in.RootBlockDevice.DeviceName, sinceDevices)
	for i, d := range in.EBSBlockDevices {
		b.add(dir+"ebs"+strconv.Itoa(i+1), d.DeviceName, sinceDevices)
	}
	for _, d := range in.EphemeralBlockDevices {
		b.add(dir+d.VirtualName, strings.TrimPrefix(d.DeviceName, "/dev/"), sinceDevices)
	}
}

// accelerators adds a document for each accelerator of the retired services
// Elastic Graphics and Elastic Inference.
func (b builder) accelerators(in *sdk.Instance) {
	for _, a := range in.ElasticGPUs {
		b.add("elastic-gpus/associations/"+a.ID, association("version_2016_11_30",
			imdsjson.Field{Name: "elasticGpuId", Value: a.ID},
			imdsjson.Field{Name: "elasticGpuType", Value: a.Type},
		), sinceGPUs)
	}
	for _, a := range in.ElasticInferenceAccelerators {
		b.add("elastic-inference/associations/"+a.ID, association("version_2018_04_12",
			imdsjson.Field{Name: "elastic-inference-accelerator-id", Value: a.ID},
			imdsjson.Field{Name: "elastic-inference-accelerator-type", Value: a.Type},
		), sinceInference)
	}
}

// association prints a document of one version of its form.
func association(version string, fields ...imdsjson.Field) string {
	return string(imdsjson.Object(imdsjson.Field{Name: version, Value: fields}))
}
