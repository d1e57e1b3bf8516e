package metrics

// Options is what a Summary depends on beside the records.
type Options struct {
	Percentiles     []float64  // in (0, 100); empty = 50, 90, 95, 99
	SLO             SLO        // goodput; zero = none asked
	Scenarios       []Scenario // of a mixed case, in the order of the results; empty = it is not one
	MaxConcurrency  int        // cap on requests in flight; 0 = none (open loop)
	RequestRate     float64    // requests/s; +Inf = closed loop, as fast as the cap allows
	Ramp            bool       // requests come by a schedule whose rate changes: an open loop, whatever RequestRate says
	NumPrompts      int        // requests planned
	InputLen        int        // tokens asked for; 0 = varies
	OutputLen       int        // tokens asked for; 0 = varies
	IgnoreEOS       bool       // the server was asked to ignore EOS, so a short output is a fault
	FailuresAllowed float64    // share of those sent; above it the case is invalid
	UniquePrompts   bool       // the dataset promises that no two requests share a prompt
	SharedPrefixes  bool       // prompts begin alike on purpose, so that a prefix cache may answer
}

// SLO holds the limits of goodput in ms; 0 = no limit.
type SLO struct {
	TTFT float64 `yaml:"ttft" json:"ttft,omitempty"`
	TPOT float64 `yaml:"tpot" json:"tpot,omitempty"`
	ITL  float64 `yaml:"itl" json:"itl,omitempty"` // the request's largest gap
	E2EL float64 `yaml:"e2el" json:"e2el,omitempty"`
}

// A Dist describes a sample of latencies in ms. Undefined values are NaN.
type Dist struct {
	N         int
	Mean      float64
	Median    float64
	Std       float64   // the population's (ddof 0), as NumPy's default
	P         []float64 // Hyndman–Fan 7, as NumPy's default; by Options.Percentiles
	Certified []bool    // per percentile: the second-largest sample bounds it at 99 % (Wilks)
}

// A Summary is what a case says. Spans are in s, latencies in ms, rates per s.
type Summary struct {
	Percentiles []float64

	Sent, Completed, Failed int
	Censored                int            // in flight when the case ended by time or rule; Sent = Completed + Failed + Censored
	Failures                map[string]int // by error class
	FirstError              string         // the first failure's class and words; "" = none
	Duration                float64        // s: first send → last end, measured requests
	InputTokens             int64          // of completed requests
	OutputTokens            int64
	RequestThroughput       float64 // completed ÷ duration
	OutputThroughput        float64 // tokens/s
	TotalTokenThroughput    float64
	Goodput                 *Goodput // nil = no SLO asked

	MaxOutputTokensPerS   float64 // tokens in the best sliding [t, t+1 s)
	MaxConcurrentRequests int     // exact sweep-line, departures first

	TTFT, TPOT, ITL, E2EL Dist
	TTFE, TTFO            Dist // first event; first answer token
	ITLPerToken           Dist // gap ÷ tokens of the chunk
	QueueTime             Dist // sent − due
	TTFTFromDue           Dist // open loop: no coordinated omission
	E2ELFromDue           Dist

	Scenarios   []ScenarioSummary // of a mixed case, as Options.Scenarios has them
	Lengths     Lengths
	Client      Client
	SteadyState *SteadyState // nil = no such window
	Validity    Validity
}

// Goodput counts the requests that met every SLO.
type Goodput struct {
	Requests        int
	PerSecond       float64 // requests/s
	Share           float64 // of those due, but for censored ones that had broken no limit yet
	TokensPerSecond float64
}

// Lengths says how exact prompts and outputs were, in tokens, over completed requests.
type Lengths struct {
	InputAsked, OutputAsked     int     // 0 = varies
	InputWorst, OutputWorst     int     // largest |server's count − asked|
	InputMeanOff, OutputMeanOff float64 // mean of (count − asked) ÷ asked
	ClientWorst                 int     // largest |server's count − the client's count|
	InputSource, OutputSource   string  // "usage", "client", "text" or "mixed"
	DistinctPrompts             int
	CachedTokens                int64
	CachedTold                  bool // by the server, for at least one request
}

// Client says how far the client itself can be trusted, in ms.
type Client struct {
	KernelStamps              bool
	LagP50, LagP99, LagMax    float64 // reader lag
	SendP50, SendP99, SendMax float64 // sent − max(due, the moment a slot was free)
	SharedShare               float64 // of token-bearing events that came in a read with another
	Reconnects                int
}

// SteadyState holds the figures of the window with the load at its height.
type SteadyState struct {
	Start, End           float64 // s since the first measured send
	Completed            int
	RequestThroughput    float64
	OutputThroughput     float64
	TotalTokenThroughput float64
	MeanInFlight         float64
	LittleResidual       float64 // 1 − ∫ in-flight dt ÷ (cap × window); NaN = too few completions
}

// Validity is a verdict with its reasons, worst first.
type Validity struct {
	Verdict string   // "valid", "suspect" or "invalid"
	Reasons []string // each with its figure and limit
	Invalid int      // how many of Reasons, from the first, say "invalid"; the rest say "suspect"
}
