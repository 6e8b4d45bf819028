package identity

import (
	"time"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/imdsjson"
)

// document prints the identity document byte for byte as the real service
// does since version 2017-09-30 of it: signatures are made over these bytes.
// The order of the keys is alphabetical but for marketplaceProductCodes, and
// what an instance does not have is null.
func document(in *sdk.Instance) []byte {
	return imdsjson.Object(
		imdsjson.Field{Name: "accountId", Value: in.AccountID},
		imdsjson.Field{Name: "architecture", Value: in.Architecture},
		imdsjson.Field{Name: "availabilityZone", Value: in.AvailabilityZone},
		imdsjson.Field{Name: "billingProducts", Value: nil},
		imdsjson.Field{Name: "devpayProductCodes", Value: nil},
		imdsjson.Field{Name: "marketplaceProductCodes", Value: codes(in.ProductCodes)},
		imdsjson.Field{Name: "imageId", Value: in.AMI},
		imdsjson.Field{Name: "instanceId", Value: in.ID},
		imdsjson.Field{Name: "instanceType", Value: in.InstanceType},
		imdsjson.Field{Name: "kernelId", Value: orNull(in.KernelID)},
		imdsjson.Field{Name: "pendingTime", Value: in.LaunchTime.UTC().Format(time.RFC3339)},
		imdsjson.Field{Name: "privateIp", Value: orNull(in.PrivateIP)},
		imdsjson.Field{Name: "ramdiskId", Value: orNull(in.RamdiskID)},
		imdsjson.Field{Name: "region", Value: in.Region},
		imdsjson.Field{Name: "version", Value: "2017-09-30"},
	)
}

// codes is null when there is no code: facts that have crossed to the plugin
// may bring an empty list.
func codes(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
