package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
)

const (
	maxGPUs         = 1_000_000
	defaultCurrency = "USD"
)

// readCost reads what serving costs: gpu_hour and gpus, or machine_hour.
func readCost(dst *runlog.Cost) conf.Read {
	price := func(x float64) bool { return x > 0 && x <= 1e9 }
	read := conf.ReadNested(
		conf.Key("gpu_hour", conf.ReadNumber(&dst.GPUHour, price, "the price of one GPU for an hour, a number above 0")),
		conf.Key("machine_hour", conf.ReadNumber(&dst.MachineHour, price, "the price of all that serves for an hour, a number above 0")),
		conf.Key("gpus", conf.ReadWhole(&dst.GPUs, 1, maxGPUs)),
		conf.Key("currency", conf.ReadText(&dst.Currency, notEmpty, "a currency, such as USD")),
		conf.Key("source", conf.ReadText(&dst.Source, notEmpty, "where the price is from, such as list price 2026-11")),
	)
	return func(r *conf.Reader, key string, v *conf.Value) {
		if read(r, key, v); dst.GPUHour > 0 && dst.MachineHour > 0 {
			r.Complain(key, v, "either gpu_hour with gpus, or machine_hour")
		}
	}
}

// checkCost faults a price per GPU without their number.
func (r *reader) checkCost(c *Config, root *conf.Value) {
	cost := c.serverCost(c.Server.GPUs)
	if cost.GPUHour == 0 || cost.PerHour() > 0 || strings.Contains(c.Server.GPUs, "${") || r.Faulted("cost") || r.Faulted("servers") {
		return
	}
	at := root.At
	if i := root.Find("cost"); i >= 0 {
		at = root.Entries[i].At
	}
	r.Faults = append(r.Faults, at.Fault("cost.gpus", "", "missing, want how many GPUs gpu_hour is for; servers[].gpus can say it too, as a number"))
}

// serverCost is what the config's server costs: what its own entry says stands in
// place of the config's, one price in place of the other. gpus is the entry's
// text, of which a number counts.
func (c *Config) serverCost(gpus string) runlog.Cost {
	cost, own := c.Cost, c.Server.Cost
	if n, err := strconv.Atoi(gpus); err == nil && n > 0 {
		cost.GPUs = n
	}
	if own.GPUs > 0 {
		cost.GPUs = own.GPUs
	}
	if own.GPUHour > 0 || own.MachineHour > 0 {
		cost.GPUHour, cost.MachineHour = own.GPUHour, own.MachineHour
	}
	if own.Currency != "" {
		cost.Currency = own.Currency
	}
	if own.Source != "" {
		cost.Source = own.Source
	}
	if cost.Currency == "" && (cost.GPUHour > 0 || cost.MachineHour > 0) {
		cost.Currency = defaultCurrency
	}
	return cost
}

// CaseCost is what the case's JSON records; nil = nothing was told.
func (c *Config) CaseCost(pc *Case) *runlog.Cost {
	gpus := c.Server.GPUs
	if e, err := c.ExpandServer(pc, c.CaseVariables(pc)); err == nil { // else told when the server was started
		gpus = e.GPUs
	}
	cost := c.serverCost(gpus)
	if cost.GPUs == 0 && cost.PerHour() == 0 {
		return nil
	}
	return &cost
}

// costValue is a cost as the YAML has it.
func costValue(c runlog.Cost) map[string]any {
	m := map[string]any{}
	for key, x := range map[string]float64{"gpu_hour": c.GPUHour, "machine_hour": c.MachineHour} {
		if x > 0 {
			m[key] = x
		}
	}
	if c.GPUs > 0 {
		m["gpus"] = c.GPUs
	}
	for key, text := range map[string]string{"currency": c.Currency, "source": c.Source} {
		if text != "" {
			m[key] = redact.Text(key, text)
		}
	}
	return m
}

// readSLO reads limits of figures, by their names in the CSV: lower ones where
// more is better, upper ones where less is.
func readSLO(c *Config) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			r.Complain(key, v, "a mapping of figures to limits, as in {p99_ttft_ms: 500}")
			return
		}
		known := slices.DeleteFunc(runlog.FigureNames("50", "90", "95", "99"), func(name string) bool {
			return metrics.Better(name) == metrics.Neither
		})
		c.SLO = map[string]float64{}
		for _, e := range v.Entries {
			path := conf.Join(key, e.Key)
			if !slices.Contains(known, e.Key) {
				r.Faults = append(r.Faults, e.At.Fault(path, "", suggest(e.Key, key, known)))
				continue
			}
			limit := 0.0
			conf.ReadNumber(&limit, func(x float64) bool { return x >= 0 && x <= 1e12 }, "a limit, a number of 0 or more")(r, path, e.Value)
			c.SLO[e.Key] = limit
		}
	}
}

// checkSLO faults a limit on a percentile that is not worked out.
func (r *reader) checkSLO(c *Config, root *conf.Value) {
	worked := map[string]bool{}
	for _, name := range runlog.FigureNames(percentileTexts(c.Percentiles)...) {
		worked[name] = true
	}
	slo, _ := root.Get("slo")
	for _, name := range slices.Sorted(maps.Keys(c.SLO)) {
		if v, ok := slo.Get(name); ok && !worked[name] && !r.Faulted("slo") && !r.Faulted("percentiles") {
			r.Complain(conf.Join("slo", name), v, fmt.Sprintf("a percentile that is among percentiles, %v", c.Percentiles))
		}
	}
}

func percentileTexts(ps []float64) []string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = strconv.FormatFloat(p, 'f', -1, 64)
	}
	return texts
}

func readMilliseconds(dst *float64) conf.Read {
	return conf.ReadNumber(dst, func(x float64) bool { return x > 0 && x <= 1e12 }, "milliseconds, a number above 0")
}

func readGoodput(dst *metrics.SLO) conf.Read {
	return conf.ReadNested(
		conf.Key("ttft", readMilliseconds(&dst.TTFT)),
		conf.Key("tpot", readMilliseconds(&dst.TPOT)),
		conf.Key("itl", readMilliseconds(&dst.ITL)),
		conf.Key("e2el", readMilliseconds(&dst.E2EL)),
	)
}
