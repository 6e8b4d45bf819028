package stssim

import (
	"cmp"
	"net/http"
)

// gatewayPage is what proxies answer when they cannot reach the service.
const gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
	"<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"

// faulty returns the answer of a fault that needs to know the action only, and
// nil when there is no such fault.
func (x *exchange) faulty() *reply {
	if x.fault == nil {
		return nil
	}
	switch x.fault.Kind {
	case Hang, Reset:
		return &reply{}
	case BadGateway:
		return &reply{status: http.StatusBadGateway, html: true, body: []byte(gatewayPage)}
	case Redirect:
		return &reply{
			status: http.StatusTemporaryRedirect, html: true,
			location: cmp.Or(x.fault.Location, "http://"+x.request.Host+"/redirected"),
		}
	}
	if err := x.refusal(); err != nil {
		return x.refuse(err)
	}
	return nil
}

// refusal is the error that the fault answers, if it answers one.
func (x *exchange) refusal() *apiError {
	unsigned := x.call.Action == actionWebIdentity
	switch x.fault.Kind {
	case InternalFailure:
		return errorf(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
	case ServiceUnavailable:
		return errorf(http.StatusServiceUnavailable, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
	case Throttling:
		return errorf(http.StatusBadRequest, "Throttling", "Rate exceeded")
	case SlowDown:
		return errorf(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	case TooManyRequests:
		return errorf(http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests")
	}
	switch {
	case x.fault.is(Expired) && unsigned:
		return errorf(http.StatusBadRequest, "ExpiredTokenException", "The web identity token that was passed is expired.")
	case x.fault.is(Expired):
		return errorf(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
	case x.fault.is(UnknownKey) && !unsigned:
		return errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	case x.fault.is(IDPCommunicationError) && unsigned:
		return errorf(http.StatusBadRequest, "IDPCommunicationError", "The identity provider could not be reached to verify the token.")
	case x.fault.is(IDPRejectedClaim) && unsigned:
		return errorf(http.StatusForbidden, "IDPRejectedClaim", "The identity provider says that the token is not valid.")
	}
	return nil
}
