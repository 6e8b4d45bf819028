# Everything a newcomer needs; `make run` and `make test` want Go only.

GO     ?= go
BUILD  := .build
CONFIG ?= metadata.hcl
TOOL   := $(GO) tool -modfile=.ci/tools/go.mod
BUF    := $(GO) tool -modfile=.ci/buf/go.mod buf

# A program without what only a debugger reads, and without gRPC's pages for
# one; a crash is told by name and line all the same.
SMALL := -trimpath -ldflags="-s -w" -tags=grpcnotrace

# The race detector needs a C compiler; without one the tests run without it.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),$(if $(shell command -v $$($(GO) env CC)),-race))

.PHONY: help run build install test lint generate bench microbench fuzz soak clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

run: build ## build and serve metadata.hcl (CONFIG=FILE for another one)
	$(BUILD)/mockmd -config $(CONFIG)

# Without C it is one file that needs no library of the system, and smaller in
# memory.
build: ## build the program into .build/
	@mkdir -p $(BUILD)
	CGO_ENABLED=0 $(GO) build $(SMALL) -o $(BUILD)/mockmd ./core/cmd/mockmd

install: ## put mockmd where go install does
	CGO_ENABLED=0 $(GO) install $(SMALL) ./core/cmd/mockmd

test: ## run all tests
	$(GO) test $(RACE) -shuffle=on -timeout=20m ./...

lint: ## run the linters, with the pinned tools
	$(TOOL) golangci-lint run ./...
	$(BUF) lint sdk/proto

generate: ## make the generated code again
	mkdir -p $(BUILD)/bin
	GOBIN=$(CURDIR)/$(BUILD)/bin $(GO) install -modfile=.ci/tools/go.mod \
		google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
	PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" $(BUF) generate sdk/proto --template sdk/proto/buf.gen.yaml -o sdk/proto
	examples/python/generate.sh
	$(TOOL) gofumpt -l -w core plugins sdk examples

bench: build ## measure speed, start-up, memory and more: PEER=NAME=URL beside mockmd, BENCH="-only startup"
	$(GO) build -trimpath -o $(BUILD)/bench ./core/internal/bench
	$(BUILD)/bench -mockmd $(BUILD)/mockmd -json $(BUILD)/bench.json -peer '$(PEER)' $(BENCH)

microbench: ## measure handler, router and token check for benchstat (COUNT=10 times each)
	$(GO) test -run '^$$' -bench . -benchmem -count $(or $(COUNT),10) ./core/imds ./core/router

fuzz: ## run each fuzz target for 30 s (FUZZTIME=2m for longer, FUZZPARALLEL=1 for one process, FUZZ=NAME for some) and print a table
	$(GO) run ./core/internal/fuzz -time $(or $(FUZZTIME),30s) -parallel $(or $(FUZZPARALLEL),0) -only '$(FUZZ)'

soak: build ## do everything that can happen to it for 3 minutes (SOAK=1h, SEED=n)
	$(GO) build -trimpath -o $(BUILD)/soak ./core/internal/soak
	$(BUILD)/soak -mockmd $(BUILD)/mockmd -for $(or $(SOAK),3m) -seed $(or $(SEED),0)

clean: ## remove what was built
	rm -rf $(BUILD)
