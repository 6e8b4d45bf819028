// Package stssim is a simulated AWS Security Token Service: a real HTTP server
// that speaks the STS Query protocol, so that credentials can be handed out,
// renewed and refused without an AWS account.
//
// It knows AssumeRole and GetCallerIdentity. Signatures (SigV4), expiry, the
// limits of the parameters and the one-hour cap on role chaining are enforced
// as STS does, with its error codes and sentences. Trust and permission
// policies are not: every known key may assume every role, unless a test
// switches on a [Fault]. Beyond STS, every key may assume the instance identity
// role aws:ec2-instance, which AWS keeps for EC2 itself.
//
// A session token carries its session, sealed under [Options.Key]. A server
// made later with the same key honours it, so nothing has to be stored.
//
// The package imports the AWS SDK's signer and sdk/guard, and nothing else of
// this module.
package stssim
