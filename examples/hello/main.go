// Command hello is the smallest plugin: it serves one fixed value.
package main

import "github.com/mockmd/mockmd/sdk"

func main() {
	sdk.Serve(sdk.Static{"meta-data/hello": "world"})
}
