package conformance

// The names of the rules.
const (
	ruleStdout             = "stdout"
	ruleHandshake          = "handshake"
	ruleHealth             = "health"
	ruleDescribe           = "describe"
	ruleDescribeStable     = "describe-stable"
	ruleConfigure          = "configure"
	ruleConfigureStable    = "configure-stable"
	ruleConfigureWrites    = "configure-writes-nothing"
	ruleConfigureStarts    = "configure-starts-nothing"
	ruleUnknownArgument    = "unknown-argument"
	ruleUnknownBlock       = "unknown-block"
	ruleMounts             = "mounts"
	ruleReady              = "ready"
	ruleTree               = "tree"
	ruleInstanceAdded      = "instance-added"
	ruleInstanceChanged    = "instance-changed"
	ruleRevisions          = "revisions"
	ruleInstanceRemoved    = "instance-removed"
	ruleLiveConcurrent     = "live-concurrent"
	ruleLiveCancelled      = "live-cancelled"
	ruleActionUnknown      = "action-unknown"
	ruleActionReadOnly     = "action-read-only"
	ruleBounded            = "bounded-messages"
	ruleCheckpointRestored = "checkpoint-restored"
	ruleCheckpointForeign  = "checkpoint-foreign"
	ruleEndInOrder         = "end-in-order"
	ruleEndStreamBroken    = "end-stream-broken"
	ruleEndHostDead        = "end-host-dead"
	ruleShutdown           = "shutdown"
)

// Rule is one thing that the contract demands of every plugin.
type Rule struct {
	// Name is how reports call it.
	Name string
	// Demand is what it demands, as a sentence.
	Demand string
	// Mend is what the author of a plugin that breaks it should do.
	Mend string
}

// Rules returns all rules in the order in which reports have them.
func Rules() []Rule {
	return []Rule{
		{
			ruleStdout, "The first line on stdout is the handshake.",
			"Write to stderr, or print nothing before the handshake: look for prints at import or start-up.",
		},
		{
			ruleHandshake, "The program shakes hands as go-plugin does: contract version 1, a unix socket in PLUGIN_UNIX_SOCKET_DIR, gRPC.",
			"Serve with sdk.Serve (Go) or mockmd.serve (Python), or print \"1|1|unix|PATH|grpc\" once the server listens.",
		},
		{
			ruleHealth, "The health service says SERVING for the service \"plugin\".",
			"Register grpc.health.v1.Health and set \"plugin\" to SERVING before the handshake.",
		},
		{
			ruleDescribe, "Describe gives a name, and actions with possible names that differ.",
			"Fill in the name; write actions like \"rack/row\".",
		},
		{
			ruleDescribeStable, "Describe gives the same answer each time and in each process.",
			"Make the description of constants only.",
		},
		{
			ruleConfigure, "Configure accepts the configuration that the test is run with.",
			"Run the test with a configuration that the plugin accepts: -config FILE, or -config 'ARGUMENT = VALUE'.",
		},
		{
			ruleConfigureStable, "Configure gives the same answer to the same configuration in each process.",
			"Leave times, random values, addresses and process ids out of diagnostics, summary and mounts.",
		},
		{
			ruleConfigureWrites, "Configure writes no file: not in the state folder, the configuration's folder, the working folder or TMPDIR.",
			"Write when Run has begun: `mockmd validate` configures too.",
		},
		{
			ruleConfigureStarts, "Configure starts no process and opens no socket.",
			"Start and dial when Run has begun: `mockmd validate` configures too.",
		},
		{
			ruleUnknownArgument, "An argument that the plugin does not know is refused, with its range or path.",
			"Decode the whole body: Config.Decode with an empty struct (Go); return a diagnostic whose path is the argument's name (others).",
		},
		{
			ruleUnknownBlock, "A block that the plugin does not know is refused, with its range or path.",
			"Decode the whole body: Config.Decode with an empty struct (Go); return a diagnostic whose path is the block's type (others).",
		},
		{
			ruleMounts, "The plugin claims possible mounts that differ, or its block names some.",
			"Claim mounts relative to the version root, like \"meta-data/rack\", or give some with -mount.",
		},
		{
			ruleReady, "After Start comes a tree of each instance, and then Ready, once.",
			"Send the tree of each instance of Start, also an empty one, and Ready behind them.",
		},
		{
			ruleTree, "Each tree can be served: its paths lie in the mounts, and its nodes are well-formed.",
			"Mend the paths named.",
		},
		{
			ruleInstanceAdded, "An instance that is added gets a tree.",
			"Answer each Instance message on Run with a tree of that label.",
		},
		{
			ruleInstanceChanged, "An instance whose facts change gets a tree with the new revision, even an equal one.",
			"Answer each Instance message on Run with a tree that carries its revision; of several in a row the last will do.",
		},
		{
			ruleRevisions, "A tree carries a revision that was sent, and is never built from older facts than the one before.",
			"Build the trees of one instance one after another, each from the newest facts.",
		},
		{
			ruleInstanceRemoved, "An instance that is removed gets no more trees, and can be added again.",
			"Forget an instance at InstanceRemoved.",
		},
		{
			ruleLiveConcurrent, "64 requests for live nodes at once are answered.",
			"Hold no lock while you wait for others, and serve with threads enough.",
		},
		{
			ruleLiveCancelled, "Requests for live nodes that are called off do no harm to those that follow.",
			"End work when the request's context ends, and release locks whatever happens.",
		},
		{
			ruleActionUnknown, "An action that there is not is refused.",
			"Answer NOT_FOUND to names that Describe does not list.",
		},
		{
			ruleActionReadOnly, "Each read-only action answers an empty request with JSON, or with nothing.",
			"Answer without a body given, and encode the answer as JSON.",
		},
		{
			ruleBounded, "No message of the plugin has more than 16 MiB; no checkpoint and no answer of an action has more than 64 KiB.",
			"Publish and keep less; serve what is large by a live node.",
		},
		{
			ruleCheckpointRestored, "A process that is started with the checkpoint of an earlier one gets ready.",
			"Read in Restore what Checkpoint has written.",
		},
		{
			ruleCheckpointForeign, "A process that is started with a checkpoint it cannot read gets ready without it.",
			"Log that the checkpoint is not understood and go on: an earlier release may have made it.",
		},
		{
			ruleEndInOrder, "When the core closes its side of Run, the plugin ends the stream well and exits within 2 s.",
			"Return from Run when no more requests come, and exit even when nobody calls Shutdown.",
		},
		{
			ruleEndStreamBroken, "When the Run stream breaks, the plugin exits within 2 s.",
			"Exit when the stream's context ends: nobody is there any more.",
		},
		{
			ruleEndHostDead, "When the core is killed, the plugin exits within 2 s, without the help of the system.",
			"Exit when the stream's context ends, and start nothing that keeps the process.",
		},
		{
			ruleShutdown, "At GRPCController's Shutdown the plugin exits within 2 s.",
			"Serve plugin.GRPCController and exit when Shutdown is called.",
		},
	}
}
