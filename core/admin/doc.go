// Package admin is the admin listener: the state of the daemon and the actions
// that plugins offer, over plain HTTP.
//
//	GET /status        true or false, always with 200
//	GET /healthz       200 while the core lives
//	GET /readyz        200 or 503
//	GET|POST /ACTION   an action of a plugin; GET when it only reads
//
// Anyone who reaches the listener may ask the first three. All else needs a
// local peer or the bearer token, see [Options]. Web pages are refused
// everywhere, bodies are bounded and never repeated, and nothing changes on
// GET. Errors are JSON: {"error": "a sentence"}.
//
// The package knows no plugin and no IMDS. What it shows comes from a
// [Backend]; it imports core/internal/socket for how listeners end,
// core/internal/pace for what is logged, sdk, sdk/guard and nothing else of this
// module.
package admin
