package plan

import (
	"fmt"
	"strings"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
)

// readGates reads one gate or a list of them. They are kept as texts: what judges
// by them reads them again.
func readGates(dst *[]string) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		items := []*conf.Value{v}
		if v.Kind == conf.KindList {
			items = v.Items
		}
		var gates []string
		for i, item := range items {
			itemKey := key
			if v.Kind == conf.KindList {
				itemKey = fmt.Sprintf("%s[%d]", key, i)
			}
			text, ok := conf.Text(item)
			if !ok {
				r.Complain(itemKey, item, runlog.GateForm)
				continue
			}
			g, err := runlog.ParseGate(text)
			if err != nil {
				r.Faults = append(r.Faults, item.At.Fault(itemKey, "", err.Error()))
				continue
			}
			gates = append(gates, strings.TrimSpace(g.Text))
		}
		*dst = gates
	}
}
