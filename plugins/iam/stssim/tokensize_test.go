package stssim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestSessionTokenSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	for _, minimum := range []int32{0, 1, 600, 1001, 4093, 4096} {
		in := &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me"), MinimumSessionTokenSize: new(minimum)}
		out, err := w.client(w.bootstrap()).AssumeRole(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		size := int32(len(*out.Credentials.SessionToken))
		if size < minimum || size > max(minimum+3, 700) || *out.SessionTokenSize != size || *out.SessionTokenUtilization != (size*100+4095)/4096 {
			t.Errorf("at least %d: %d characters, told as %d and %d %%", minimum, size, *out.SessionTokenSize, *out.SessionTokenUtilization)
		}
		if _, err := w.assume(session(out.Credentials), 0); err != nil {
			t.Errorf("a token of %d characters: %v", size, err)
		}
	}
	_, err := w.assumeWith(w.bootstrap(), &sts.AssumeRoleInput{RoleArn: new(role), RoleSessionName: new("me"), MinimumSessionTokenSize: new(int32(-1))})
	wantError(t, err, "ValidationError", "minimumSessionTokenSize")
}

// TestLargestSession has tags whose plain size is allowed, and fills the token
// with them until it is too long.
func TestLargestSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	var pairs []string
	for n := range 50 {
		pairs = append(pairs, fmt.Sprintf("key-%02d", n), strings.Repeat("x", 33))
	}
	var keys []string
	for pair := range slices.Chunk(pairs, 2) {
		keys = append(keys, pair[0])
	}
	_, err := w.assumeWith(w.bootstrap(), tagged(keys, pairs...))
	wantError(t, err, "PackedPolicyTooLarge", "of the allotted space")
	if call := w.last(); call.IssuedKeyID != "" {
		t.Errorf("call = %+v", call)
	}
	if _, err = w.assumeWith(w.bootstrap(), tagged(keys[:30], pairs[:60]...)); err != nil {
		t.Error(err)
	}
}
