package aggregate

import "llmsweep/runlog"

// Reprice gives rows another price than they were measured with. A price that
// does not say how many GPUs it is for is for as many as a row has.
func Reprice(rows []Row, c runlog.Cost) {
	for i := range rows {
		rows[i].price(c)
	}
}

// price sets the row's cost columns: price per hour ÷ work per hour, where work is
// the whole run's throughput, warm-up excluded, that the row states. Without work
// there is no cost.
func (r *Row) price(c runlog.Cost) {
	if c.GPUs > 0 {
		r.GPUs = &c.GPUs
	} else if r.GPUs != nil {
		c.GPUs = *r.GPUs
	}
	hour := c.PerHour()
	if hour == 0 {
		return
	}
	r.CostCurrency, r.CostPerHour = c.Currency, &hour
	r.CostPerMillionOutput = costPer(1e6, hour, r.OutputThroughput)
	r.CostPerMillionTotal = costPer(1e6, hour, r.TotalTokenThroughput)
	r.CostPerRequest = costPer(1, hour, r.RequestThroughput)
}

// costPer is the cost of n pieces of work at a rate per s; nil without a rate.
func costPer(n, hour float64, rate *float64) *float64 {
	if rate == nil || *rate <= 0 {
		return nil
	}
	cost := hour / (*rate * 3600) * n
	return &cost
}
