package instance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/mockmd/mockmd/core/instance"
	"github.com/mockmd/mockmd/sdk"
)

// choices are values of each argument, right ones and wrong ones, so that
// random picks agree and contradict in all ways.
func choices() map[string][]string {
	return map[string][]string{
		"id":                   {`"i-0123456789abcdef0"`, `"i-12345678"`, `"i-x"`, `7`},
		"account_id":           {`"123456789012"`, `"000000000001"`, `"12"`, `[]`},
		"region":               {`"us-east-1"`, `"us-west-2"`, `"cn-north-1"`, `"us-gov-west-1"`, `"xx-north-3"`, `"nowhere"`},
		"availability_zone":    {`"us-east-1b"`, `"us-west-2-lax-1a"`, `"us-east-1-wl1-bos-wlz-1"`, `"cn-north-1c"`, `"us-west-2"`, `""`},
		"availability_zone_id": {`"use1-az4"`, `"usw2-az1"`, `"cnn1-az2"`, `"usgw1-az1"`, `"az"`},
		"ami":                  {`"ami-0123456789abcdef0"`, `"ami"`},
		"instance_type":        {`"t3.micro"`, `"c7g.xlarge"`, `"mac1.metal"`, `"mac2-m2.metal"`, `"large"`},
		"architecture":         {`"x86_64"`, `"arm64"`, `"i386"`, `"x86_64_mac"`, `"arm64_mac"`, `"vax"`},
		"launch_time":          {`"2024-05-06T07:08:09Z"`, `"2024-05-06T07:08:09.9-11:00"`, `"noon"`, `"1999-01-01T00:00:00Z"`},
		"kernel_id":            {`"aki-12345678"`, `""`},
		"ramdisk_id":           {`"ari-12345678"`, `"r"`},
		"product_codes":        {`[]`, `["abc"]`, `["a b"]`, `null`},
		"private_ip":           {`"10.0.0.4"`, `"52.1.2.3"`, `"127.0.0.1"`, `"::1"`},
		"public_ip":            {`"52.1.2.3"`, `"203.0.113.9"`, `"10.0.0.4"`, `"2001:db8::1"`, `null`},
		"tenancy":              {`"default"`, `"dedicated"`, `"host"`, `"guest"`},
		"host_id":              {`"h-0123456789abcdef0"`, `"h"`},
		"placement_group":      {`"g"`, `""`},
		"placement_partition_number": {
			`1`, `7`, `0`, `8`, `"3"`, `true`,
		},
		"iam_instance_profile": {`"app"`, `""`},
		"tags":                 {`{}`, `{ a = "b" }`, `{ "" = "b" }`, `{ a = null }`, `{ z = 1, "a b" = 2, "c/d" = 3 }`, `{ b = 1, a = 2, "a" = 3 }`},

		"ami_launch_index":    {`0`, `3`, `-1`, `1.5`},
		"ami_manifest_path":   {`"(unknown)"`, `"bucket/image.manifest.xml"`, `""`},
		"ancestor_ami_ids":    {`["ami-12345678", "ami-0123456789abcdef0"]`, `[]`, `["x"]`},
		"reservation_id":      {`"r-12345678"`, `"r"`},
		"hypervisor":          {`"nitro"`, `"xen"`, `"xen-on-nitro"`, `"kvm"`},
		"virtualization_type": {`"hvm"`, `"paravirtual"`, `"pv"`},
		"instance_lifecycle":  {`"on-demand"`, `"spot"`, `"scheduled"`, `"capacity-block"`, `"free"`},
		"monitoring":          {`true`, `"false"`, `null`, `"on"`},
		"hibernation":         {`true`, `false`, `null`, `7`},
		"outpost_arn": {
			`"arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0"`,
			`"arn:aws-cn:outposts:us-west-2:000000000001:outpost/op-0123456789abcdef0"`, `"arn"`,
		},
		"key_name":         {`"my key"`, `"a=b"`, `""`, `" x"`},
		"public_key":       {`"` + ed25519Key + `"`, `" ` + ed25519Key + ` me@here\n"`, `"-----BEGIN OPENSSH PRIVATE KEY-----"`, `""`},
		"user_data":        {`"#!/bin/sh"`, `""`, `"` + strings.Repeat("x", 16385) + `"`},
		"user_data_base64": {`"AP/+"`, `"AP\n/+\n"`, `""`, `"AP/+="`},
	}
}

func TestRandomInstancesAreConsistent(t *testing.T) {
	t.Parallel()
	const runs = randomRuns
	r := rand.New(rand.NewPCG(1, 2))
	all := choices()
	maps.Copy(all, networkChoices())
	names := slices.Sorted(maps.Keys(all)) // so that the same numbers make the same configurations
	clean := 0
	for i := range runs {
		var source strings.Builder
		density := r.Float64() * r.Float64() * r.Float64() // few arguments are more often right
		for _, name := range names {
			if r.Float64() < density {
				fmt.Fprintf(&source, "%s = %s\n", name, all[name][r.IntN(len(all[name]))])
			}
		}
		addBlocks(&source, r, density)
		in, diags := decode(t, source.String(), fmt.Sprint("seed ", i))
		consistent(t, in)
		if !diags.HasErrors() {
			clean++
		}
		// Complete facts are a configuration without mistakes and without
		// anything left to derive.
		again, diags := decode(t, strings.Join(write(&in.Facts), "\n"), "another seed")
		if diags.HasErrors() {
			t.Errorf("facts are refused when they are written: %v", diags)
		}
		if diff := sameFacts(in.Facts, again.Facts); diff != "" {
			t.Errorf("facts change when they are written (-first +second):\n%s", diff)
		}
		if t.Failed() {
			t.Fatalf("the instance was\n%s", source.String())
		}
	}
	if clean < runs/10 || clean > runs*9/10 {
		t.Errorf("%d of %d configurations have no mistake: the choices prove little", clean, runs)
	}
}

// write writes all facts that can be written: arguments and blocks.
func write(f *sdk.Instance) []string {
	out := append(writeBlocks(f), writeNetwork(f)...)
	for _, a := range []struct {
		name  string
		value any
	}{
		{"id", f.ID},
		{"account_id", f.AccountID},
		{"region", f.Region},
		{"availability_zone", f.AvailabilityZone},
		{"availability_zone_id", f.AvailabilityZoneID},
		{"ami", f.AMI},
		{"instance_type", f.InstanceType},
		{"architecture", f.Architecture},
		{"launch_time", f.LaunchTime},
		{"kernel_id", f.KernelID},
		{"ramdisk_id", f.RamdiskID},
		{"product_codes", f.ProductCodes},
		{"tenancy", f.Tenancy},
		{"host_id", f.HostID},
		{"placement_group", f.PlacementGroup},
		{"placement_partition_number", f.PlacementPartitionNumber},
		{"iam_instance_profile", f.IAMInstanceProfile},
		{"ami_launch_index", f.AMILaunchIndex},
		{"ami_manifest_path", f.AMIManifestPath},
		{"ancestor_ami_ids", f.AncestorAMIIDs},
		{"reservation_id", f.ReservationID},
		{"hypervisor", f.Hypervisor},
		{"virtualization_type", f.VirtualizationType},
		{"instance_lifecycle", f.InstanceLifecycle},
		{"monitoring", f.Monitoring},
		{"hibernation", f.Hibernation},
		{"outpost_arn", f.OutpostARN},
		{"key_name", f.KeyName},
		{"public_key", f.PublicKey},
		{"user_data_base64", f.UserData},
	} {
		if a.value == "" || a.value == 0 {
			continue
		}
		text, err := json.Marshal(a.value)
		if err != nil {
			panic(err)
		}
		out = append(out, a.name+" = "+string(text))
	}
	return out
}

var (
	idShape      = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)
	accountShape = regexp.MustCompile(`^\d{12}$`)
	amiShape     = regexp.MustCompile(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)
	typeShape    = regexp.MustCompile(`^[a-z][a-z0-9-]+\.[a-z0-9-]+$`)
	zoneIDShape  = regexp.MustCompile(`^[a-z]{3,}\d+(-[a-z0-9]+)*-(az|wlz)\d+$`)
	tenancyShape = regexp.MustCompile(`^(default|dedicated|host)$`)
)

// consistent holds facts against what must be true of every instance.
func consistent(t *testing.T, in *instance.Instance) {
	t.Helper()
	f := &in.Facts
	for name, c := range map[string]struct {
		shape *regexp.Regexp
		value string
	}{
		"id":         {idShape, f.ID},
		"account_id": {accountShape, f.AccountID},
		"ami":        {amiShape, f.AMI},
		"type":       {typeShape, f.InstanceType},
		"zone id":    {zoneIDShape, f.AvailabilityZoneID},
		"tenancy":    {tenancyShape, f.Tenancy},
	} {
		if !c.shape.MatchString(c.value) {
			t.Errorf("%s is %q", name, c.value)
		}
	}
	holds := func(ok bool, rule string) {
		t.Helper()
		if !ok {
			t.Errorf("not so: %s: %+v", rule, *f)
		}
	}
	holds(strings.HasPrefix(f.AvailabilityZone, f.Region) && len(f.AvailabilityZone) > len(f.Region), "the zone lies in the region")
	holds(strings.HasPrefix(f.AvailabilityZoneID, f.Region[:2]), "the zone id belongs to the region")
	holds(strings.HasPrefix(f.Region, "cn-") == (f.Partition == "aws-cn"), "the partition is that of the region")
	holds(strings.HasPrefix(f.Region, "us-gov-") == (f.Partition == "aws-us-gov"), "the partition is that of the region")
	holds(strings.HasSuffix(f.Domain, ".cn") == (f.Partition == "aws-cn"), "the domain is that of the partition")
	mac := strings.HasPrefix(f.InstanceType, "mac")
	holds(mac == strings.HasSuffix(f.Architecture, "_mac"), "a Mac has the architecture of one")
	holds(!mac || f.Tenancy == "host", "a Mac is on a Dedicated Host")
	holds((f.Tenancy == "host") == (f.HostID != ""), "host tenancy has a host, and only that")
	holds(f.PlacementPartitionNumber == 0 || f.PlacementGroup != "", "a partition has a group")
	holds(f.PlacementPartitionNumber >= 0 && f.PlacementPartitionNumber <= 7, "partitions go to 7")
	holds(f.LaunchTime.Location() == time.UTC && f.LaunchTime.Nanosecond() == 0 && f.LaunchTime.Year() >= 2006, "launched in a second of UTC")
	holds(f.Tags != nil, "tags are never nil")
	launchedConsistently(t, f)

	all := in.Value()
	for name := range in.Ranges {
		if !all.Type().HasAttribute(name) {
			continue // an argument that is no fact by itself
		}
		value := all.GetAttr(name)
		holds(!value.RawEquals(cty.StringVal("")) && (!value.RawEquals(cty.Zero) || name == "ami_launch_index"), name+" is there when it has a range")
	}

	networkConsistent(t, f)
}

// Thousands of seeds give instances of the right shape, and no two alike.
func TestSeedsSpread(t *testing.T) {
	t.Parallel()
	const seeds = 2000
	ids, ips := map[string]bool{}, map[string]bool{}
	subnets := map[byte]bool{}
	for i := range seeds {
		in, diags := instance.Decode(nil, nil, fmt.Sprint(i))
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		consistent(t, in)
		ids[in.Facts.ID], ips[in.Facts.PrivateIP] = true, true
		if in.Facts.LaunchTime.Year() != 2025 {
			t.Fatalf("seed %d: launched at %v", i, in.Facts.LaunchTime)
		}
		ip := netip.MustParseAddr(in.Facts.PrivateIP).As4()
		offset := int(ip[2]&15)<<8 | int(ip[3])
		if ip[0] != 172 || ip[1] != 31 || offset < 4 || offset == 1<<12-1 {
			t.Fatalf("seed %d: private address %s is not one that a subnet gives out", i, in.Facts.PrivateIP)
		}
		subnets[ip[2]>>4] = true
	}
	if len(ids) != seeds || len(ips) < seeds*9/10 || len(subnets) != 16 {
		t.Errorf("%d ids, %d addresses, %d subnets of %d seeds", len(ids), len(ips), len(subnets), seeds)
	}
}
