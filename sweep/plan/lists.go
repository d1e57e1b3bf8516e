package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"llmsweep/sweep/conf"
)

// readPairs reads a list of pairs of whole numbers above 0, each pair once.
func readPairs[P comparable](dst *[]P, first, second string, pair func(a, b int) P) conf.Read {
	return readPairsFrom(dst, first, second, 1, pair)
}

// readPairsFrom is readPairs where the second number is least or more.
func readPairsFrom[P comparable](dst *[]P, first, second string, least int, pair func(a, b int) P) conf.Read {
	form := fmt.Sprintf("[%s, %s]", first, second)
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) == 0 {
			r.Complain(key, v, "a list of "+form+" pairs, at least one")
			return
		}
		if isFlat(v) {
			r.Complain(key, v, "a list of "+form+" pairs, as in ["+conf.Quote(v)+"]")
			return
		}
		seen := map[P]conf.Position{}
		for i, item := range v.Items {
			itemKey := fmt.Sprintf("%s[%d]", key, i)
			if item.Kind != conf.KindList || len(item.Items) != 2 {
				r.Complain(itemKey, item, form+", two whole numbers above 0")
				continue
			}
			var a, b int
			before := len(r.Faults)
			readNamed(first, &a)(r, itemKey+"[0]", item.Items[0])
			readNamedFrom(second, &b, least)(r, itemKey+"[1]", item.Items[1])
			if len(r.Faults) > before {
				continue
			}
			p := pair(a, b)
			if at, twice := seen[p]; twice {
				r.Complain(itemKey, item, "each pair once"+at.AlreadyThere()+"; to measure it again, use repeats")
				continue
			}
			seen[p] = item.At
			*dst = append(*dst, p)
		}
	}
}

var multiple = regexp.MustCompile(`^([1-9][0-9]{0,7})[xX]$`)

// readLoads reads pairs of a concurrency and a number of prompts, which may be a
// multiple of the concurrency: [8, 10x].
func readLoads(dst *[]Load) conf.Read {
	pairs := readPairs(dst, "max concurrency", "number of prompts", func(a, b int) Load { return Load{a, b} })
	return func(r *conf.Reader, key string, v *conf.Value) {
		counted := *v
		counted.Items = slices.Clone(v.Items)
		for i, pair := range v.Items {
			if pair.Kind == conf.KindList && len(pair.Items) == 2 {
				prompts := multiplied(r, fmt.Sprintf("%s[%d][1]", key, i), pair.Items[0], pair.Items[1])
				counted.Items[i] = &conf.Value{At: pair.At, Kind: conf.KindList, Items: []*conf.Value{pair.Items[0], prompts}, Size: pair.Size}
			}
		}
		pairs(r, key, &counted)
	}
}

// multiplied is a number of prompts with 10x counted out.
func multiplied(r *conf.Reader, key string, inFlight, prompts *conf.Value) *conf.Value {
	n, _, ok := conf.Whole(inFlight)
	if prompts.Kind != conf.KindScalar || prompts.Tag != "!!str" || !ok || n < 1 || n > maxCount {
		return prompts
	}
	m := multiple.FindStringSubmatch(prompts.Text)
	if m == nil {
		r.Complain(key, prompts, "number of prompts, a whole number above 0, or a multiple of the max concurrency such as 10x"+conf.UnquoteHint(prompts, "!!int"))
		return &conf.Value{At: prompts.At, Tag: conf.ToldFault, Size: 1}
	}
	times, _ := strconv.ParseInt(m[1], 10, 64)
	return &conf.Value{At: prompts.At, Tag: "!!int", Text: strconv.FormatInt(n*times, 10), Written: prompts.Written, Quoted: prompts.Quoted, Size: 1}
}

// readNamed is readWhole for a number above 0 that has no key of its own.
func readNamed(name string, dst *int) conf.Read {
	return readNamedFrom(name, dst, 1)
}

func readNamedFrom(name string, dst *int, least int) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		n, hint, ok := conf.Whole(v)
		if !ok || n < int64(least) || n > maxCount {
			r.Complain(key, v, name+", "+conf.WholeWanted(n, 1, maxCount)+hint)
			return
		}
		*dst = int(n)
	}
}

// isFlat reports [256, 256] where [[256, 256]] is wanted.
func isFlat(v *conf.Value) bool {
	for _, item := range v.Items {
		if item.Kind != conf.KindScalar || item.IsNull() {
			return false
		}
	}
	return len(v.Items) == 2
}

// readPercentiles reads a list of percentiles.
func readPercentiles(dst *[]float64) conf.Read {
	return conf.ReadNumbers(dst, "a number above 0 and below 100", false, func(v *conf.Value) (float64, string, bool) {
		x, hint, ok := conf.Number(v)
		return x, hint, ok && x > 0 && x < 100
	})
}

func readSeed(c *Config) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind == conf.KindScalar && v.Text == "random" {
			c.Seed, c.SeedRandom = drawSeed(), true
			return
		}
		n, hint, ok := conf.Whole(v)
		if !ok || n < 0 {
			r.Complain(key, v, "random or a whole number from 0 to 9223372036854775807"+hint)
			return
		}
		c.Seed = uint64(n)
	}
}
