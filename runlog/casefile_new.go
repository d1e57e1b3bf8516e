package runlog

import (
	"maps"
	"time"

	"llmsweep/metrics"
)

// dateLayout is vLLM's: local time, 20261122-183602.
const dateLayout = "20060102-150405"

// Info is what a case JSON tells beside the case and its figures.
type Info struct {
	Date         time.Time // the case's end; written in its own zone
	StartUnixNS  int64     // of the run
	EndpointType string
	Backend      string
	Label        string // "" = null
	Labels       map[string]string
	Model        string
	TokenizerID  string
	Burstiness   float64
	Definitions  string // "" = DefinitionsOurs
	Status       string // StatusMeasured, StatusFailed or StatusInterrupted
	Notes        []string
	SLO          metrics.SLO

	OverheadTokens int    // around each prompt
	OverheadSource string // who counted them; "" = nobody
	TokenizerHash  string // SHA-256 (hex) of the tokenizer's content, or of a server's answers; "" = there was none

	Telemetry   map[string]any
	Cost        *Cost
	Environment map[string]any
	Server      map[string]any
}

// NewCaseFile folds a case, its figures and what surrounds them into its JSON.
func NewCaseFile(c Case, s metrics.Summary, info Info) *CaseFile {
	f := &CaseFile{
		Date: info.Date.Format(dateLayout), EndpointType: info.EndpointType, Backend: info.Backend,
		ModelID: info.Model, TokenizerID: info.TokenizerID, NumPrompts: c.Axes.NumPrompts,
		Labels: maps.Clone(info.Labels), RequestRate: c.Axes.RequestRate, Burstiness: Rate(info.Burstiness),
		Duration: Float(s.Duration), Results: resultsOf(&s, info.SLO),
		MaxOutputTokensPerS: Float(s.MaxOutputTokensPerS), MaxConcurrentRequests: s.MaxConcurrentRequests,
		Schema: Schema, Definitions: info.Definitions, Status: info.Status,
		Case:     CaseInfo{c, info.StartUnixNS},
		Validity: Validity{s.Validity.Verdict, append([]string{}, s.Validity.Reasons...)},
		Client:   clientOf(s.Client), Lengths: lengthsOf(s.Lengths),
		Failures:    Failures{s.Sent, s.Failures, s.FirstError, s.Censored},
		SteadyState: steadyOf(s.SteadyState),
		Certified:   certifiedOf(s),
		Telemetry:   info.Telemetry, Cost: info.Cost, Environment: info.Environment, Server: info.Server,
		Distributions: spreadsOf(s),
		Notes:         append([]string{}, info.Notes...),
		Scenarios:     scenariosOf(s.Scenarios),
	}
	f.Lengths.OverheadTokens, f.Lengths.OverheadSource = info.OverheadTokens, info.OverheadSource
	f.Lengths.TokenizerHash = info.TokenizerHash
	if f.Failures.ByClass == nil {
		f.Failures.ByClass = map[string]int{}
	}
	if f.Definitions == "" {
		f.Definitions = DefinitionsOurs
	}
	if info.Label != "" {
		f.Label = &info.Label
	}
	if n := c.Axes.MaxConcurrency; n > 0 {
		f.MaxConcurrency = &n
	}
	return f
}

func distOf(ps []float64, d metrics.Dist) Dist {
	out := Dist{Float(d.Mean), Float(d.Median), Float(d.Std), map[string]Float{}}
	if d.N == 0 { // a Dist that nobody filled says 0 where it means undefined
		out.Mean, out.Median, out.Std = NaN(), NaN(), NaN()
	}
	for i, p := range ps {
		out.P[percentile(p)] = NaN()
		if i < len(d.P) && d.N > 0 {
			out.P[percentile(p)] = Float(d.P[i])
		}
	}
	return out
}

func spreadsOf(s metrics.Summary) map[string]Spread {
	out := map[string]Spread{}
	for name, d := range map[string]metrics.Dist{
		"ttfe": s.TTFE, "ttfo": s.TTFO, "itl_per_token": s.ITLPerToken, "queue": s.QueueTime,
		"ttft_from_due": s.TTFTFromDue, "e2el_from_due": s.E2ELFromDue,
	} {
		if d.N > 0 {
			v := distOf(s.Percentiles, d)
			out[name] = Spread{d.N, v.Mean, v.Median, v.Std, v.P}
		}
	}
	return out
}

func certifiedOf(s metrics.Summary) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for name, d := range map[string]metrics.Dist{"ttft": s.TTFT, "tpot": s.TPOT, "itl": s.ITL, "e2el": s.E2EL} {
		out[name] = map[string]bool{}
		for i, p := range s.Percentiles {
			out[name]["p"+percentile(p)] = i < len(d.Certified) && d.Certified[i]
		}
	}
	return out
}

func clientOf(c metrics.Client) ClientInfo {
	info := ClientInfo{
		KernelStamps: c.KernelStamps,
		ReaderLagP50: Float(c.LagP50), ReaderLagP99: Float(c.LagP99), ReaderLagMax: Float(c.LagMax),
		SendLagP50: Float(c.SendP50), SendLagP99: Float(c.SendP99), SendLagMax: Float(c.SendMax),
		SharedEventsShare: Float(c.SharedShare), Reconnects: c.Reconnects,
	}
	if !c.KernelStamps { // without stamps the reader's lag is not known
		info.ReaderLagP50, info.ReaderLagP99, info.ReaderLagMax = NaN(), NaN(), NaN()
	}
	return info
}

func lengthsOf(l metrics.Lengths) LengthsInfo {
	info := LengthsInfo{
		InputAsked: l.InputAsked, OutputAsked: l.OutputAsked,
		InputWorstOff: l.InputWorst, OutputWorstOff: l.OutputWorst,
		InputMeanOff: Float(l.InputMeanOff), OutputMeanOff: Float(l.OutputMeanOff),
		ClientWorstOff: l.ClientWorst, InputSource: l.InputSource, OutputSource: l.OutputSource,
		DistinctPrompts: l.DistinctPrompts,
	}
	if l.CachedTold {
		info.CachedTokens = &l.CachedTokens
	}
	return info
}

func steadyOf(s *metrics.SteadyState) *SteadyState {
	if s == nil {
		return nil
	}
	return &SteadyState{
		Float(s.Start), Float(s.End), s.Completed, Float(s.RequestThroughput), Float(s.OutputThroughput),
		Float(s.TotalTokenThroughput), Float(s.MeanInFlight), Float(s.LittleResidual),
	}
}

// seconds between two instants in ns; NaN where either did not happen.
func seconds(from, to int64) Float {
	if from == 0 || to == 0 {
		return NaN()
	}
	return Float(float64(to-from) / 1e9)
}
