// Package privilege gives up those of root for good. It imports nothing of
// mockmd but core/internal/harden.
package privilege
