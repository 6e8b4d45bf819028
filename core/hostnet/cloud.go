package hostnet

import (
	"fmt"
	"io/fs"
	"strings"
)

// CloudError says that the host is in a cloud that serves its own metadata on
// the address.
type CloudError struct{ Cloud string }

// Error says what helps.
func (e *CloudError) Error() string {
	return fmt.Sprintf("this host is on %s, whose own metadata service has the address: its agents would no longer reach it. "+
		"Give -force if that is what you want, or serve on an address of your own, as metadata { address = \"127.0.0.1:1338\" }", e.Cloud)
}

// checkCloud reads what the firmware says, as cloud-init's ds-identify does.
func checkCloud(identity fs.FS) error {
	if identity == nil {
		return nil
	}
	for _, c := range []struct{ file, has, cloud string }{
		{"sys_vendor", "Amazon EC2", "Amazon EC2"},
		{"bios_version", "amazon", "Amazon EC2"}, // Xen
		{"product_name", "Google Compute Engine", "Google Compute Engine"},
		{"chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "Azure"},
		{"chassis_asset_tag", "OracleCloud.com", "Oracle Cloud"},
		{"product_name", "OpenStack", "OpenStack"},
		{"sys_vendor", "DigitalOcean", "DigitalOcean"},
		{"sys_vendor", "Hetzner", "Hetzner Cloud"},
	} {
		if text, err := fs.ReadFile(identity, c.file); err == nil && strings.Contains(string(text), c.has) {
			return &CloudError{c.cloud}
		}
	}
	return nil
}
