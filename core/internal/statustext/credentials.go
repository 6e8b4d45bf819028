package statustext

// state is what the action credentials answers. Every field may be missing.
type state struct {
	STS              string
	ClockSkewSeconds int64 `json:"clock_skew_seconds"`
	Sources          []source
	Roles            []role
}

type source struct {
	Name, Kind, State, Detail string
	Error                     *trouble
}

type role struct {
	Role, Instance, Account, State, Issued, Expires, Source string

	RoleARN     string `json:"role_arn"`
	SessionARN  string `json:"session_arn"`
	AccessKeyID string `json:"access_key_id"`
	NextRefresh string `json:"next_refresh"`
	SignedBy    string `json:"signed_by"`
	Attempts    int
	Error       *trouble
}

type trouble struct{ Class, Code, Message, Mend, Since string }
