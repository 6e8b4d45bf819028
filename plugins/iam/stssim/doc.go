// Package stssim is a simulated AWS Security Token Service: a real HTTP server
// that speaks the STS Query protocol, so that credentials can be handed out,
// renewed and refused without an AWS account.
//
// It knows AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity.
// Enforced as STS does, with its error codes and, where they are public, its
// sentences, are:
//
//   - signatures (SigV4) and the five minutes by which clocks may differ;
//   - expiry of sessions, and the one hour that role chaining is capped to;
//   - the limits of the parameters, and the 4096 characters that a session
//     token may have;
//   - session tags: transitive ones and the source identity stick over
//     chaining and cannot be changed there;
//   - MFA codes, which only users can show, once each; see
//     [Server.AddMFADevice];
//   - the form, the claims and the times of web identity tokens.
//
// What it leaves to its owner:
//
//   - Trust and permission policies: every known key and every readable web
//     identity token may assume every role, unless [Options.Trust] or a
//     [Fault] says otherwise.
//   - Signatures of web identity tokens: they are NOT verified unless
//     [Options.Issuers] names the providers and their keys.
//   - The documents of session policies: they must be JSON and must fit, and
//     nothing is done with them. A role's own maximum duration is not known.
//
// OAuth 2.0 access tokens (ProviderId) are refused: there is nobody to ask.
// Beyond STS, every key may assume the instance identity role
// aws:ec2-instance, which AWS keeps for EC2 itself.
//
// A session token carries its session, sealed under [Options.Key]. A server
// made later with the same key honours it, so nothing has to be stored. Used
// MFA codes are remembered in memory only, the last 4096.
//
// The Date header of each answer goes by [Options.Now].
//
// The package imports the AWS SDK's signer, golang-jwt and sdk/guard, and
// nothing else of this module.
package stssim
