// Package supervise runs plugin processes: it starts them, shakes hands,
// configures them, keeps their Run stream, watches their health, starts them
// again when they die and ends them for certain when the core stops.
//
// One [Plugin] is one plugin block, over all the processes that it has in the
// core's life. What a plugin publishes goes to a [Sink]; the package knows
// nothing of paths, HTTP or configuration files, and it imports no plugin.
package supervise
