package sweep

import (
	"fmt"
	"strings"

	"llmsweep/runlog"
)

// readGates reads one gate or a list of them. They are kept as texts: what judges
// by them reads them again.
func readGates(dst *[]string) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		items := []*value{v}
		if v.kind == kindList {
			items = v.items
		}
		var gates []string
		for i, item := range items {
			itemKey := key
			if v.kind == kindList {
				itemKey = fmt.Sprintf("%s[%d]", key, i)
			}
			text, ok := asText(item)
			if !ok {
				r.complain(itemKey, item, runlog.GateForm)
				continue
			}
			g, err := runlog.ParseGate(text)
			if err != nil {
				r.faults = append(r.faults, item.at.fault(itemKey, "", err.Error()))
				continue
			}
			gates = append(gates, strings.TrimSpace(g.Text))
		}
		*dst = gates
	}
}
