package stssim

import (
	"net/http"
	"net/url"
)

// maxCodes is how many used codes are remembered; the oldest are forgotten.
const maxCodes = 4096

// device is an MFA device.
type device struct {
	user  string // name of its user; empty: every user's
	valid func(code string) bool
}

// mfa is what is known of MFA devices. [Server.mu] guards it.
type mfa struct {
	devices map[string]device   // by serial number
	used    map[string]struct{} // serial number and code
	order   []string            // of used, oldest first
}

// AddMFADevice makes an MFA device known as that of the user named userName,
// the name of [Server.AddKey]; an empty name is every user's. Its serial is
// what AssumeRole takes as SerialNumber, such as
// "arn:aws:iam::123456789012:mfa/alice". valid says whether a code of six
// digits is one of the device's now; calls of it may overlap. Each code is
// accepted once. Adding a serial again replaces the device.
//
// While the server knows no device at all, any code of six digits is accepted
// once for any serial, so that MFA can be rehearsed without one.
func (s *Server) AddMFADevice(serial, userName string, valid func(code string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mfa.devices[serial] = device{user: userName, valid: valid}
}

// checkMFA verifies the code of the request, and says whether there was one.
// Only users have devices: a session cannot show a code.
func (s *Server) checkMFA(who *principal, form url.Values) (bool, *apiError) {
	serial, code := form.Get("SerialNumber"), form.Get("TokenCode")
	if serial == "" && code == "" {
		return false, nil
	}
	if serial == "" || code == "" {
		return false, mfaFailed(", must provide both MFA serial number and one time pass code.")
	}
	s.mu.Lock()
	d, known := s.mfa.devices[serial]
	none := len(s.mfa.devices) == 0
	s.mu.Unlock()
	if who.temporary || !known && !none || known && d.user != "" && d.user != who.name {
		return false, mfaFailed(", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	}
	if known && !d.valid(code) || !s.useCode(serial+" "+code) {
		return false, mfaFailed(" with invalid MFA one time pass code. ")
	}
	return true, nil
}

// useCode remembers a code, and returns false when it was used before.
func (s *Server) useCode(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, before := s.mfa.used[code]; before {
		return false
	}
	if len(s.mfa.order) == maxCodes {
		delete(s.mfa.used, s.mfa.order[0])
		s.mfa.order = s.mfa.order[1:]
	}
	s.mfa.used[code] = struct{}{}
	s.mfa.order = append(s.mfa.order, code)
	return true
}

func mfaFailed(why string) *apiError {
	return errorf(http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed%s", why)
}
