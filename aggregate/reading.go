package aggregate

// A Reading is what the rows of a sweep say together: its curves, a curve's
// points differing in their load alone.
type Reading struct {
	Curves []Curve  // in the order of the rows
	Left   []string // cases that are on no curve, and why: "bench_x: failed"
}

// The loads that a curve can go over.
const (
	OverConcurrency = "max_concurrency"
	OverRate        = "request_rate"
)

// A Curve is the cases of one model on one server with the same lengths and other
// axes, over their load. Indices are of Points; -1 = there is none.
type Curve struct {
	Model, Server, Dataset string
	InputLen, OutputLen    int    // tokens; 0 = the dataset's own
	Axes                   string // other axes: key=value;…, sorted
	Over                   string // OverConcurrency or OverRate
	Title                  string // what sets it apart from the sweep's other curves: "qwen3 on tp2, 256 → 128"

	Points []Point // by load, rising

	Peak     int    // most output tokens/s
	Knee     int    // largest output tokens/s ÷ mean E2EL
	BestSLO  int    // most output tokens/s among those that meet the SLO; -1 too where none was asked
	SLO      string // "" = none was asked; else as in "p99 TTFT ≤ 500 ms" or "goodput ≥ 99 %"
	Cheapest int    // least cost per 1M output tokens; -1 without costs
}

// A Point is one load of a curve, over its repeats: each figure is their mean. nil
// is undefined. Rows that are invalid are in no figure, unless all are.
type Point struct {
	Load float64 // max_concurrency or requests/s; +Inf = unbounded
	Rows []int   // of the rows that were read: where each figure comes from

	OutputThroughput  *float64 // tokens/s
	RequestThroughput *float64 // requests/s
	MeanTTFT, P99TTFT *float64 // ms
	MeanTPOT          *float64 // ms
	P99ITL            *float64 // ms
	MeanE2EL, P99E2EL *float64 // ms
	Goodput           *float64 // requests/s
	GoodputShare      *float64 // of those due

	TokensPerGPU  *float64 // output tokens/s per GPU; per server where the number of GPUs is unknown
	TokensPerUser *float64 // 1000 / median TPOT, tokens/s
	Pareto        bool     // no other point of the sweep has more of both
	Efficiency    *float64 // throughput ÷ (load × throughput at concurrency 1), share

	Cost *PointCost // nil = no price was given

	MeetsSLO bool
	Doubt    string // "" = valid; else why its figures are in doubt: "suspect: …", "too few samples for p99 (20 < 662)"
}

// A PointCost is what work costs at a point, in Currency.
type PointCost struct {
	Currency         string
	PerHour          float64 // of all that served
	PerMillionOutput float64 // output tokens
	PerMillionTotal  float64 // input and output tokens
	PerRequest       float64
}
