package plan

import (
	"fmt"

	"llmsweep/sweep/conf"
)

// readLoRA reads the adapters that requests are for: names with weights, or a list
// of names.
func readLoRA(dst *map[string]float64) conf.Read {
	const want = "adapters with their weights, as in {adapter-a: 3, adapter-b: 1}, or a list of adapters"
	return func(r *conf.Reader, key string, v *conf.Value) {
		m := map[string]float64{}
		switch {
		case v.Kind == conf.KindMapping:
			for _, e := range v.Entries {
				var weight float64
				conf.ReadNumber(&weight, func(x float64) bool { return x > 0 && x <= 1e9 }, "a weight, a number above 0")(r, conf.Join(key, e.Key), e.Value)
				m[e.Key] = weight
			}
		case v.Kind == conf.KindList:
			for i, item := range v.Items {
				var name string
				conf.ReadText(&name, notEmpty, "an adapter's name")(r, fmt.Sprintf("%s[%d]", key, i), item)
				if _, twice := m[name]; twice && name != "" {
					r.Complain(fmt.Sprintf("%s[%d]", key, i), item, "each adapter once; to send it more, give weights: {adapter-a: 3, adapter-b: 1}")
				}
				m[name] = 1
			}
		default:
			r.Complain(key, v, want)
			return
		}
		if *dst = m; len(m) == 0 {
			*dst = nil
		}
	}
}
