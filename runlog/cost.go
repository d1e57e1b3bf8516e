package runlog

// A Cost is what serving costs, as it was told: nothing in it is measured.
type Cost struct {
	GPUs        int     `json:"gpus,omitempty"`         // that served; 0 = unknown
	GPUHour     float64 `json:"gpu_hour,omitempty"`     // price of one GPU for an hour; 0 = not by GPU
	MachineHour float64 `json:"machine_hour,omitempty"` // price of all that served for an hour; 0 = not by machine
	Currency    string  `json:"currency,omitempty"`
	Source      string  `json:"source,omitempty"` // where the price is from
}

// PerHour is the price of all that served for an hour; 0 = none was told, or the
// number of GPUs is missing.
func (c Cost) PerHour() float64 {
	if c.MachineHour > 0 {
		return c.MachineHour
	}
	return c.GPUHour * float64(c.GPUs)
}
