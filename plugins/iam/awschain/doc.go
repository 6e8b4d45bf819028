// Package awschain gets credentials where the AWS SDK finds them for every
// other program: in the environment, the shared configuration, an SSO or login
// session, the output of a credential_process, a container's endpoint.
//
// What the SDK would do last, asking the instance metadata service, is left
// out: the service that answers there is our own. It is switched off in the
// SDK, and no connection to its addresses is made whoever asks for one.
//
// The package imports the AWS SDK and nothing of mockmd.
package awschain
