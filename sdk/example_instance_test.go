package sdk_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/sdktest"
)

// Tree is called for each instance, whose label is its key in the
// configuration; what a plugin knows of one instance it keeps by that label.
func ExampleInstance() {
	web, db := sdktest.Instance(), sdktest.Instance()
	web.Label, db.Label = "web", "db"
	db.AvailabilityZone, db.PrivateIP = "us-east-1b", "172.31.32.5"
	served(place{}, "", web, db)
	// Output:
	// instance "web"
	// meta-data/place/address
	//   | 172.31.16.5
	// meta-data/place/zone
	//   | us-east-1a
	// instance "db"
	// meta-data/place/address
	//   | 172.31.32.5
	// meta-data/place/zone
	//   | us-east-1b
}

// visits counts the trees of each instance; that is kept by label, and let go
// with the instance. Forget never overlaps Tree, so there is no lock.
type visits map[string]int

func (v visits) Mounts() []string { return []string{"meta-data/visits"} }

func (v visits) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	v[in.Label]++
	return sdk.Tree{"meta-data/visits": sdk.Text(fmt.Sprint(v[in.Label]))}, nil
}

func (v visits) Forget(in *sdk.Instance) { delete(v, in.Label) }

// Instances come when somebody asks for them, and go when nobody has for long.
func ExampleForgetter() {
	v := visits{}
	sdktest.Example(func(t testing.TB) {
		p := sdktest.Start(t, v)
		sdktest.Expect(t, p.Configure(""))
		p.Run()
		web := sdktest.Instance()
		web.Label = "web"
		for range 2 {
			p.Add(web)
			fmt.Printf("%s\n", p.TreeOf("web")["meta-data/visits"].(sdk.Leaf).Body)
			p.Remove("web")
		}
	})
	// Output:
	// 1
	// 1
}

// picky is a plugin that needs a certain kind of instance.
type picky struct{ place }

func (picky) Configure(_ context.Context, c *sdk.Config) error {
	diags := c.Decode(&struct{}{})
	for _, in := range c.Instances {
		if at, given := in.Range("instance_type"); in.InstanceType == "t2.nano" && given {
			diags = append(diags, sdk.Errorf(at, "Too small an instance", "A %s has no place.", in.InstanceType))
		}
	}
	return diags
}

// A fact that does not suit the plugin is told where the user wrote it.
func ExampleInstance_Range() {
	sdktest.Example(func(t testing.TB) {
		small := sdktest.Instance()
		small.InstanceType = "t2.nano"
		p := sdktest.Start(t, picky{})
		p.Ranges = map[string]hcl.Range{"instance_type": {Filename: "metadata.hcl", Start: hcl.Pos{Line: 5}, End: hcl.Pos{Line: 5, Byte: 9}}}
		sdktest.Expect(t, p.Configure("", small), "5: Too small an instance; A t2.nano has no place.")
	})
	// Output:
}

func ExampleNetworkInterface() {
	for _, nic := range sdktest.Instance().NetworkInterfaces {
		fmt.Println(nic.DeviceIndex, nic.MACAddress, nic.SubnetCIDRBlock, nic.PrivateIPs)
	}
	// Output: 0 02:12:34:56:78:9a 172.31.16.0/20 [172.31.16.5]
}

// An interface has an association for each of its public addresses.
func ExampleAssociation() {
	nic := sdk.NetworkInterface{Associations: []sdk.Association{{PublicIP: "52.17.1.2", PrivateIP: "172.31.16.5"}}}
	for _, a := range nic.Associations {
		fmt.Println(a.PublicIP, "leads to", a.PrivateIP)
	}
	// Output: 52.17.1.2 leads to 172.31.16.5
}

func ExampleBlockDevice() {
	in := sdktest.Instance()
	in.EBSBlockDevices = []sdk.BlockDevice{{DeviceName: "/dev/sdf"}}
	fmt.Println(in.RootBlockDevice.DeviceName, in.EBSBlockDevices[0].DeviceName)
	// Output: /dev/xvda /dev/sdf
}

func ExampleEphemeralBlockDevice() {
	in := sdk.Instance{EphemeralBlockDevices: []sdk.EphemeralBlockDevice{{DeviceName: "sdb", VirtualName: "ephemeral0"}}}
	for _, d := range in.EphemeralBlockDevices {
		fmt.Println(d.VirtualName, d.DeviceName)
	}
	// Output: ephemeral0 sdb
}

func ExampleAccelerator() {
	in := sdk.Instance{ElasticGPUs: []sdk.Accelerator{{ID: "egpu-0123456789abcdef0", Type: "eg1.medium"}}}
	for _, a := range in.ElasticGPUs {
		fmt.Println(a.Type, a.ID)
	}
	// Output: eg1.medium egpu-0123456789abcdef0
}

func ExampleMetadataOptions() {
	fmt.Println(sdktest.Instance().MetadataOptions.HTTPTokens)
	// Output: optional
}
