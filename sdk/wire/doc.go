// Package wire is the codec between HCL and the messages of contract
// mockmd.plugin.v1, shared by the core and the SDK. It makes no promise to
// plugin authors. It imports HCL, cty and the generated messages, and neither
// the core nor package sdk.
//
// The core evaluates a plugin's config block and sends names, values and
// source ranges ([EncodeBody]); the SDK makes a genuine HCL body of them again
// ([DecodeBody]), so that decoding there finds the same mistakes at the same
// places as decoding in the core would. (One place differs: HCL points at
// where an expression starts to be evaluated, which for parentheses or a
// heredoc may be a line below where its text starts; a literal knows only the
// latter.) What a plugin finds comes back as data ([EncodeDiagnostics],
// [DecodeDiagnostics]) and is printed by the core, which holds the source.
package wire
