// Package imdsjson prints JSON in the layout of the real metadata service,
// which encoding/json cannot: two spaces of indent, a space on both sides of
// the colon, the keys in the order of the author, and no newline at the end.
// Clients hash, sign and compare these documents, so the bytes matter.
//
//	{
//	  "Code" : "Success",
//	  "kernelId" : null
//	}
//
// The package imports the standard library only, so that every plugin may use
// it.
package imdsjson
