package awschain

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Error is why there are no credentials.
type Error struct {
	// Passes says that the same may work a little later, with nobody doing
	// anything.
	Passes bool
	// Code is that of a service that has refused; empty when none has.
	Code string
	// Message says what is wrong, and Mend what a person can do about it;
	// Mend may be empty.
	Message, Mend string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// explain makes an error for people. The SDK's text is not always kept: of a
// credential_process it may repeat the output, which holds the secrets.
func explain(err error, profile string) *Error {
	if known := explainSession(err, profile); known != nil {
		return known
	}
	var process *processcreds.ProviderError
	var missing config.SharedConfigProfileNotExistError
	var unreadable config.SharedConfigLoadError
	var mfa config.AssumeRoleTokenProviderNotSetError
	switch {
	case errors.Is(err, errLoop):
		return &Error{Message: errLoop.Error(), Mend: "name another source of credentials"}
	case errors.As(err, &process):
		return explainProcess(process)
	case errors.As(err, &missing):
		return &Error{Message: "there is no profile " + missing.Profile + " in the shared configuration", Mend: "add it, or name another profile"}
	case errors.As(err, &unreadable): // its text may repeat a line
		return &Error{Message: "the shared configuration in " + unreadable.Filename + " cannot be read", Mend: "look at it with aws configure list"}
	case errors.As(err, &mfa):
		return &Error{
			Message: "the profile wants an MFA code, and nobody can be asked for one here",
			Mend:    "name its source_profile as the profile, and put its role_arn and mfa_serial into the role block",
		}
	case strings.Contains(err.Error(), "access disabled to EC2 IMDS"):
		return &Error{
			Message: "no credentials in the environment, the shared configuration or a container's endpoint, and " + errLoop.Error(),
			Mend:    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or make a profile with aws configure",
		}
	}
	return explainService(err)
}

// explainSession knows sessions that a person must log in to.
func explainSession(err error, profile string) *Error {
	login := func(command string) string {
		if profile != "" {
			command += " --profile " + profile
		}
		return "run " + command + " as the user that mockmd runs as"
	}
	var token *ssocreds.InvalidTokenError
	text := err.Error()
	switch {
	case errors.As(err, &token), strings.Contains(text, "cached SSO token"), strings.Contains(text, "refresh SSO token"):
		if api, ok := errors.AsType[smithy.APIError](err); ok && passing(err, api.ErrorCode()) {
			return nil
		}
		return &Error{Code: apiCode(err), Message: "the SSO session has expired, or nobody has logged in", Mend: login("aws sso login")}
	case strings.Contains(text, "please reauthenticate"):
		return &Error{Code: apiCode(err), Message: "the login session has expired, or nobody has logged in", Mend: login("aws login")}
	case apiCode(err) == "UnauthorizedException":
		return &Error{Code: apiCode(err), Message: "the SSO session is not accepted any more", Mend: login("aws sso login")}
	}
	return nil
}

func explainProcess(err *processcreds.ProviderError) *Error {
	const mend = "run the command of credential_process by hand"
	if strings.Contains(err.Error(), "parse failed") {
		return &Error{Message: "the output of credential_process is not the JSON object that it must be", Mend: mend}
	}
	return &Error{Message: "credential_process failed: " + err.Error(), Mend: mend}
}

// explainService tells a refusal, which stays, from what passes by itself.
func explainService(err error) *Error {
	e := &Error{Code: apiCode(err), Message: err.Error(), Passes: unreachable(err)}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		e.Message = api.ErrorCode() + ": " + api.ErrorMessage()
		e.Passes = passing(err, api.ErrorCode())
	}
	return e
}

// passing says whether a service's refusal goes away by itself.
func passing(err error, code string) bool {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil && answer.Response.Response != nil {
		if status := answer.HTTPStatusCode(); status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
			return true
		}
	}
	return strings.Contains(code, "Throttl") || strings.Contains(code, "TooManyRequests") || code == "RequestTimeout" || code == "IDPCommunicationError"
}

// unreachable says that no service has answered.
func unreachable(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	_, sent := errors.AsType[*smithyhttp.RequestSendError](err)
	return sent || errors.Is(err, context.DeadlineExceeded)
}

func apiCode(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
