# llmsweep: everything that the README and the CI run.
GO      ?= go
FUZZTIME ?= 30s
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)

.PHONY: build run test race lint fuzz e2e bench clean

build: ## the binary, at bin/llmsweep
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/llmsweep ./cmd/llmsweep

run: build ## sweep config.yaml on the embedded simulator
	./bin/llmsweep run config.yaml

test: ## every test that needs nothing but Go
	$(GO) test -timeout 10m ./...

race: ## the short tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout 15m ./...

lint: ## gofmt, vet, builds for other systems, staticcheck, import directions
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); if [ -n "$$out" ]; then echo "gofmt: $$out"; exit 1; fi
	$(GO) vet ./...
	GOOS=darwin $(GO) build ./...
	GOOS=windows $(GO) build ./...
	$(GO) tool staticcheck ./...
	$(GO) test -count=1 -run '^TestRoomsImportDownstreamOnly$$|^TestBelow$$' ./cmd/llmsweep

fuzz: ## each fuzz target for FUZZTIME
	GO='$(GO)' scripts/fuzz.sh $(FUZZTIME)

e2e: build ## longer checks, and those that time depends on; figures go to docs/performance.md
	LLMSWEEP_E2E=1 $(GO) test -count=1 -v -timeout 30m -run '^TestE2E' ./cmd/llmsweep

bench: ## benchmarks of every room
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m ./...

.PHONY: bench-http
bench-http: build ## llmsweep http beside wrk, where there is one
	scripts/wrk_compare.sh

clean:
	rm -rf bin

-include Makefile.hf
