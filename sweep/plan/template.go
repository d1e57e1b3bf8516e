package plan

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
base_url: sim:default     # http://host:port of the server, unix:///path/of.sock, or sim:PRESET; several servers, which get requests in turn: a list
# backend: openai         # openai, vllm, lmdeploy, scalellm, sglang-oai, llama.cpp (/v1/completions), openai-chat, openai-responses, sglang,
#                         # tgi, tensorrt-llm, deepspeed-mii, ollama, anthropic, embeddings, rerank (output length 0): see docs/backends.md
# endpoint: /v1/completions   # path after base_url; the backend's own
tokenizer: builtin:qwen3  # hub id, a path that begins with / or ., builtin:qwen3, server (its /tokenize), or ids:FROM-TO (random
                          # token ids, with prompt_token_ids); default: the model's
# api_key_env: OPENAI_API_KEY # the variable that holds the key (anthropic: ANTHROPIC_API_KEY); "" sends none
# proxy: none             # none, env (HTTP_PROXY and so on) or a URL
# headers:                # sent with each request; for example
#   X-Team: ${TEAM:-none}
# session_header: X-Session-Id # carries a conversation's id
# tls: {}                 # PEM files: {ca: FILE, cert: FILE, key: FILE}; server_name: NAME that the certificate is for; insecure: true checks nothing
# protocol: http1         # http1, http2 (over TLS or with prior knowledge), or auto (over TLS what the server offers); see docs/transport.md
# lora: {}                # adapters that requests are for, drawn by the seed: {adapter-a: 3, adapter-b: 1} with weights, or [a, b]
# model_check: true       # a model that the server's /v1/models does not list is an error; false = a warning
# ready: auto             # what tells that the server is ready: a page (/health), a URL, probe (a request of one token), or auto = /v1/models,
#                         # else /health

# servers: []             # servers to compare, in place of base_url: {name: a, base_url: http://localhost:8010}, with model, tokenizer, backend,
#                         # api_key_env, reset, labels, ready_timeout of its own. With launch: "vllm serve ${model} --port ${port}" it is started
#                         # for its cases and stopped: see docs/servers.md for env, ready, stop, stop_wait (30s), gpus and cost

# --- Cases
input_output:             # [input length, output length], tokens; left out where the dataset has its own
  - [128, 64]
  - [512, 128]
concurrency_prompts:      # [max concurrency, number of prompts], or [8, 10x] for 10 times as many
  - [1, 8]
  - [4, 32]
  - [16, 64]
  - [32, 128]
# request_rate: inf       # requests/s, or a list: [4, 8, inf]; inf = as fast as max concurrency lets; of conversations, sessions/s; or
#                         # {sweep: 8}: one at a time, unbounded, then 8 rates between what these two served: see docs/search.md
# ramp: none              # in place of request_rate, a rate that changes, over duration or else over the prompts:
#                         # {kind: linear, from: 1, to: 20}, {kind: exponential, from: 1, to: 20}, requests/s, or
#                         # {kind: steps, rates: [1, 2, 4], every: 30s}; the last step goes on
# burstiness: 1           # of arrivals at a rate or a ramp: 1 = Poisson, below 1 burstier, above 1 more even, inf = constant
# duration: 0             # ends a case after so long (60s) though prompts are left; what is in flight is cut off; 0 = no limit
# repeats: 1              # rounds through all cases
# search: none            # finds the highest load that meets an SLO, in place of concurrency_prompts or request_rate: {vary: max_concurrency,
#                         # slo: {p99_ttft_ms: 500, mean_tpot_ms: 50}, objective: output_throughput (goodput, or another figure of the CSV), min: 1,
#                         # max: 512, precision: 0.05, prompts: 10x (a count, or a multiple of the concurrency), repeats: 3 (where it is close)};
#                         # or vary: request_rate (requests/s), with concurrency_prompts for caps and prompts. See docs/search.md
# refine: none            # knee, or {at: knee, cases: 4, precision: 0.1}: adds loads around each curve's best throughput ÷ mean latency
# order: plan             # of the cases within a round: plan, shuffled by the seed, or interleaved: a case on each
#                         # server right after the other, whose order alternates, so that drift cancels: see docs/compare.md
# matrix: {}              # any key's values, each with every other: {sampling.temperature: [0, 0.7], model: [a, b]}; or those of a variable
#                         # that servers or commands name: {tp: [1, 2]} for ${tp}
# zip: []                 # groups of keys whose values change together: [{model: [a, b], tokenizer: [ta, tb]}]
# include: []             # a case has to meet one of these, if there are any, and none of exclude: CEL over input_len, output_len,
# exclude: []             # max_concurrency, num_prompts, request_rate, dataset, model, repeat and what varies by the last part of its
#                         # key: ["max_concurrency > 64 && input_len > 2048", "dataset == 'sonnet' && temperature > 0.0"]
# dataset: random         # what prompts are made from: a type, a mapping with its keys, or a list of these, to compare them.
#                         # Lengths are in tokens; a file's path is relative to the working directory, as results_dir is, and it may be a .gz.
#                         # The types, at their defaults:
#   {type: random, prefix_len: 0, range_ratio: 0}     # random words, prefix_len of them shared; lengths spread to n·(1 ± ratio)
#   {type: random, lengths: {input: {lognormal: {median: 512, sigma: 0.5, max: 4096}}, output: 128}}   # in place of input_output: a number,
#                         # {uniform: [8, 64]}, {normal: {mean: 64, std: 8}}, {values: [8, 64], weights: [3, 1]}; min and max bound a curve
#   {type: sharegpt, path: FILE, min_prompt_len: 4, min_output_len: 4, max_prompt_len: 1024, max_total_len: 2048}
#                         # first turns and their answers' lengths, or output_len: N; with input_output, prompts are cut to it
#   {type: sonnet, prefix_len: 0}                     # lines of Shakespeare's sonnets, prefix_len tokens of them shared
#   {type: custom, path: FILE}                        # JSONL or CSV: prompt or messages, output_tokens (else output_len: N), body fields
#   {type: prefix_repetition, prefixes: 10, prefix_len: 256}   # a request begins with one of a few prefixes
#   {type: conversation, turns: [2, 8], think: 0}     # chat; answers become the history; think: seconds between turns, or a distribution;
#                         # next_len: N, the user's later turns; or path: FILE of ShareGPT's form, output_len: N
#   {type: trace, path: FILE, replay: times, speed: 1}   # Mooncake JSONL, Azure or BurstGPT CSV; replay: lengths leaves the pace to the rest
#   {type: random_mm, images: {count: 1, sizes: [[512, 512]], format: png}}   # chat; random words, and images of width × height, png or jpeg
#   {type: mix, scenarios: [{name: short, weight: 3, dataset: random, input_output: [128, 64]}, {name: long, weight: 1, dataset: sonnet,
#    input_output: [2048, 256], concurrency_share: 0.25, goodput: {ttft: 2000}}]}   # for example; the share of max concurrency is its alone
#                         # A file's rows are sent once each in a run, or again with allow_repeat: true
# prompt_token_ids: false # prompts are sent as token ids; where the backend takes them
# prompt_overhead: auto   # who counts special tokens and chat template: tokenizer or server; auto = tokenizer, and a server is asked if it agrees
# prompt_buffer: 256MiB   # of prompts made before the clock starts; the rest are made while these are sent

# --- Isolation
# cooldown: 0             # between cases (5s)
# reset: ""               # before each case: a page of the server to POST to (/reset_prefix_cache of vLLM, /flush_cache of SGLang), or a
#                         # command; one that fails makes the case suspect. What begins with / is a page: write exec /path for a program
# before_sweep: ""        # commands for sh -c; what they say goes to .run/logs/hooks.log. This one comes before the server is looked for
# before_case: ""         # in these two and in reset, ${input_len}, ${output_len}, ${max_concurrency}, ${num_prompts}, ${request_rate},
# after_case: ""          # ${dataset}, ${server}, ${repeat} and ${case} are the case's. One before that fails fails the case, or the run
# after_sweep: ""         # those after run also after Ctrl-C, for 30s; they find LLMSWEEP_STATUS, and all find LLMSWEEP_RESULTS_DIR
# hook_timeout: 30m       # for each of the four; one that takes longer is ended, and has failed. 0 = none

# --- Requests
# sampling:               # or a list of such mappings, to compare them; for example
#   temperature: 0
# extra_body:             # more fields of the body; null takes one out; for example
#   chat_template_kwargs: {enable_thinking: false}
# ignore_eos: auto        # auto (sent where the backend has such a field, dropped where the server refuses it), true or false
# timeouts: {connect: 10s, first_token: 600s, idle: 120s, request: 1h, case: 0}   # 0 = none; a bare number is seconds

# --- Measurement
# seed: 0                 # of the prompts; random draws one, for a server whose prefix cache outlives a run
# warmup: auto            # requests before each case, or for how long (30s); auto = min(max concurrency, number of prompts, 256)
# warmup_drain: false     # wait for the last warm-up request before the first measured one
# ready_timeout: 0        # how long to wait for the server; 0 = one probe, or 30m for one that is launched
# failures_allowed: 0.01  # share of the requests sent; above it a case is invalid
# abort: {error_share: 0, over_saturation: false}   # end a case early: at that share of errors, from 20 requests on (0 = never);
#                         # at a rate or ramp, once requests in flight and TTFT both keep rising
# stop_when: []           # leave out the higher loads of a curve once this holds at one of its cases: CEL over the axes, as in include, the
#                         # case's figures by their CSV names, status, validity and past_knee: "past_knee && p99_ttft_ms > 2000"; of a
#                         # list any
# budget: 0               # time for the whole sweep (2h): the ends and the middle of each curve go first, and a case that does not fit
#                         # any more is left out; 0 = no limit. See docs/stop.md
# percentiles: [50, 90, 95, 99]
# goodput: {ttft: 500, tpot: 50}   # ms, also itl, e2el: what a good request meets; for example
# slo: {p99_ttft_ms: 500} # limits of figures, by their names in the CSV: the best load among those that keep to them is named
#                         # first; without it, those with 99 % good requests count; for example
# cost: {gpu_hour: 2.5, gpus: 4, currency: USD, source: list price 2026-11}   # or {machine_hour: 12}; servers can have their own; for example
# gate: []                # how much worse than the run before a run may be, for llmsweep run --baseline and compare: see docs/gate.md;
#                         # for example ["p99_ttft_ms > +5%", "output_throughput < -3%", "mean_ttft_ms > 500"]

# --- Results
# results_dir: results    # may have ${date} and ${time} of the run's start in it: results-${date}
# records: full           # a line a request with every instant: full, counts (without those of tokens) or none
# save_detailed: false    # per-request lists within each case's JSON, as vLLM writes them
# history: {keep: 30}     # earlier runs kept
# resume_within: 12h      # an interrupted run that is older moves to the history instead
# labels:                 # into JSON and CSV; for example
#   git_sha: ${GIT_SHA:-unknown}

# --- llmsweep http --config config.yaml
# http:                   # a load of one request, as wrk makes it; no part of a sweep. For example
#   url: http://127.0.0.1:8000/v1/chat/completions
#   connections: [20, 100, 200]   # 10; each with each of threads
#   threads: 10           # 2, or as many as connections where these are fewer
#   duration: 60s         # 10s
#   timeout: 30s          # 2s; an answer that takes as long is an error
#   method: POST          # GET, or POST with a body
#   headers: {Authorization: "Bearer ${OPENAI_API_KEY:-none}"}
#   body: '{"model": "NAME", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 64}'   # or body_file: FILE
#   script: post.lua      # wrk's Lua API
#   rate: 50              # requests/s, latencies from when each is due; else each as soon as the last is answered
#   latency: true         # false; print the latency distribution
#   corrected: true       # false; correct latencies by the expected interval
`
