package sweep

// Template is the config that `llmsweep init` writes: it runs as it stands, on
// the simulator, and names every key with its unit and default.
func Template() string { return template }

const template = `# A sweep of llmsweep: every input_output pair with every concurrency_prompts
# pair. It runs as it stands, on the simulator:   llmsweep run config.yaml
# What is commented out shows a default, unless it says "for example".
# ${NAME} is date, time (the run's start) or an environment variable,
# ${NAME:-default} if that may be unset; $${ is a plain ${.

# --- Server
model: simulated          # the model's name as the server knows it
base_url: sim:default     # http://host:port of the server, or sim:PRESET
# backend: openai         # openai (/v1/completions) or openai-chat (/v1/chat/completions)
# endpoint: /v1/completions   # path after base_url; the backend's own
tokenizer: builtin:qwen3  # hub id, a path that begins with / or ., or builtin:qwen3; default: the model's
# api_key_env: OPENAI_API_KEY # the variable that holds the key; "" sends none
# proxy: none             # none, env (HTTP_PROXY and so on) or a URL
# headers:                # sent with each request; for example
#   X-Team: ${TEAM:-none}

# --- Cases
input_output:             # [input length, output length], tokens
  - [128, 64]
  - [512, 128]
concurrency_prompts:      # [max concurrency, number of prompts]
  - [1, 8]
  - [4, 32]
  - [16, 64]
  - [32, 128]
# request_rate: inf       # requests/s, or a list: [4, 8, inf]; inf = as fast as max concurrency lets
# ramp: none              # in place of request_rate, a rate that changes, over duration or else over the prompts:
#                         # {kind: linear, from: 1, to: 20}, {kind: exponential, from: 1, to: 20}, requests/s, or
#                         # {kind: steps, rates: [1, 2, 4], every: 30s}; the last step goes on
# burstiness: 1           # of arrivals at a rate or a ramp: 1 = Poisson, below 1 burstier, above 1 more even, inf = constant
# duration: 0             # ends a case after so long (60s) though prompts are left; what is in flight is cut off; 0 = no limit
# repeats: 1              # rounds through all cases
# dataset: random         # prompts of exact length from random tokens

# --- Requests
# sampling:               # for example
#   temperature: 0
# extra_body:             # more fields of the body; null takes one out; for example
#   chat_template_kwargs: {enable_thinking: false}
# ignore_eos: auto        # auto (dropped where the server refuses it), true or false
# timeouts: {connect: 10s, first_token: 600s, idle: 120s, request: 1h, case: 0}   # 0 = none; a bare number is seconds

# --- Measurement
# seed: 0                 # of the prompts; random draws one, for a server whose prefix cache outlives a run
# warmup: auto            # requests before each case, or for how long (30s); auto = min(max concurrency, number of prompts, 256)
# warmup_drain: false     # wait for the last warm-up request before the first measured one
# ready_timeout: 0        # how long to wait for the server; 0 = one probe
# failures_allowed: 0.01  # share of the requests sent; above it a case is invalid
# abort: {error_share: 0, over_saturation: false}   # end a case early: at that share of errors, from 20 requests on (0 = never);
#                         # at a rate or ramp, once requests in flight and TTFT both keep rising
# percentiles: [50, 90, 95, 99]
# goodput: {ttft: 500, tpot: 50}   # ms, also itl, e2el: what a good request meets; for example

# --- Results
# results_dir: results
# records: full           # a line a request with every instant: full, counts (without those of tokens) or none
# save_detailed: false    # per-request lists within each case's JSON, as vLLM writes them
# history: {keep: 30}     # earlier runs kept
# resume_within: 12h      # an interrupted run that is older moves to the history instead
# labels:                 # into JSON and CSV; for example
#   git_sha: ${GIT_SHA:-unknown}
`
