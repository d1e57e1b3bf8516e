package sweep

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
)

// readPairs reads a list of pairs of whole numbers above 0, each pair once.
func readPairs[P comparable](dst *[]P, first, second string, pair func(a, b int) P) func(*configReader, string, *value) {
	return readPairsFrom(dst, first, second, 1, pair)
}

// readPairsFrom is readPairs where the second number is least or more.
func readPairsFrom[P comparable](dst *[]P, first, second string, least int, pair func(a, b int) P) func(*configReader, string, *value) {
	form := fmt.Sprintf("[%s, %s]", first, second)
	return func(r *configReader, key string, v *value) {
		if v.kind != kindList || len(v.items) == 0 {
			r.complain(key, v, "a list of "+form+" pairs, at least one")
			return
		}
		if isFlat(v) {
			r.complain(key, v, "a list of "+form+" pairs, as in ["+quote(v)+"]")
			return
		}
		seen := map[P]position{}
		for i, item := range v.items {
			itemKey := fmt.Sprintf("%s[%d]", key, i)
			if item.kind != kindList || len(item.items) != 2 {
				r.complain(itemKey, item, form+", two whole numbers above 0")
				continue
			}
			var a, b int
			before := len(r.faults)
			readNamed(first, &a)(r, itemKey+"[0]", item.items[0])
			readNamedFrom(second, &b, least)(r, itemKey+"[1]", item.items[1])
			if len(r.faults) > before {
				continue
			}
			p := pair(a, b)
			if at, twice := seen[p]; twice {
				r.complain(itemKey, item, "each pair once"+at.alreadyThere()+"; to measure it again, use repeats")
				continue
			}
			seen[p] = item.at
			*dst = append(*dst, p)
		}
	}
}

var multiple = regexp.MustCompile(`^([1-9][0-9]{0,7})[xX]$`)

// readLoads reads pairs of a concurrency and a number of prompts, which may be a
// multiple of the concurrency: [8, 10x].
func readLoads(dst *[]Load) func(*configReader, string, *value) {
	pairs := readPairs(dst, "max concurrency", "number of prompts", func(a, b int) Load { return Load{a, b} })
	return func(r *configReader, key string, v *value) {
		counted := *v
		counted.items = slices.Clone(v.items)
		for i, pair := range v.items {
			if pair.kind == kindList && len(pair.items) == 2 {
				prompts := r.multiplied(fmt.Sprintf("%s[%d][1]", key, i), pair.items[0], pair.items[1])
				counted.items[i] = &value{at: pair.at, kind: kindList, items: []*value{pair.items[0], prompts}, size: pair.size}
			}
		}
		pairs(r, key, &counted)
	}
}

// multiplied is a number of prompts with 10x counted out.
func (r *configReader) multiplied(key string, inFlight, prompts *value) *value {
	n, _, ok := asWhole(inFlight)
	if prompts.kind != kindScalar || prompts.tag != "!!str" || !ok || n < 1 || n > maxCount {
		return prompts
	}
	m := multiple.FindStringSubmatch(prompts.text)
	if m == nil {
		r.complain(key, prompts, "number of prompts, a whole number above 0, or a multiple of the max concurrency such as 10x"+unquoteHint(prompts, "!!int"))
		return &value{at: prompts.at, tag: toldFault, size: 1}
	}
	times, _ := strconv.ParseInt(m[1], 10, 64)
	return &value{at: prompts.at, tag: "!!int", text: strconv.FormatInt(n*times, 10), written: prompts.written, quoted: prompts.quoted, size: 1}
}

// readNamed is readWhole for a number above 0 that has no key of its own.
func readNamed(name string, dst *int) func(*configReader, string, *value) {
	return readNamedFrom(name, dst, 1)
}

func readNamedFrom(name string, dst *int, least int) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		n, hint, ok := asWhole(v)
		if !ok || n < int64(least) || n > maxCount {
			r.complain(key, v, name+", "+wholeWanted(n, 1, maxCount)+hint)
			return
		}
		*dst = int(n)
	}
}

// isFlat reports [256, 256] where [[256, 256]] is wanted.
func isFlat(v *value) bool {
	for _, item := range v.items {
		if item.kind != kindScalar || item.isNull() {
			return false
		}
	}
	return len(v.items) == 2
}

// alreadyThere says where the first of two equal values stands.
func (p position) alreadyThere() string {
	if p.line == 0 {
		return " (it is there already)"
	}
	return fmt.Sprintf(" (it is on line %d already)", p.line)
}

// readRates reads one request rate or a list of them, requests/s; inf is
// unbounded.
func readRates(dst *[]float64) func(*configReader, string, *value) {
	const want = "requests/s from 0.001 to 1000000, or inf"
	return readNumbers(dst, want, true, func(v *value) (float64, string, bool) {
		if isInf(v) {
			return unbounded, "", true
		}
		x, hint, ok := asNumber(v)
		return x, hint, ok && (math.IsInf(x, 1) || x >= 0.001 && x <= 1e6)
	})
}

// readPercentiles reads a list of percentiles.
func readPercentiles(dst *[]float64) func(*configReader, string, *value) {
	return readNumbers(dst, "a number above 0 and below 100", false, func(v *value) (float64, string, bool) {
		x, hint, ok := asNumber(v)
		return x, hint, ok && x > 0 && x < 100
	})
}

// readNumbers reads a list of numbers, each once; alone allows a number without
// a list.
func readNumbers(dst *[]float64, want string, alone bool, parse func(*value) (x float64, hint string, ok bool)) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		items, itemKey := v.items, func(i int) string { return fmt.Sprintf("%s[%d]", key, i) }
		switch {
		case v.kind == kindScalar && alone:
			items, itemKey = []*value{v}, func(int) string { return key }
		case v.kind != kindList || len(items) == 0:
			wanted := "a list, at least one: " + want
			if alone {
				wanted = want + ", or a list of them, at least one"
			}
			r.complain(key, v, wanted)
			return
		}
		numbers, seen := []float64{}, map[float64]position{}
		for i, item := range items {
			x, hint, ok := parse(item)
			if !ok {
				r.complain(itemKey(i), item, want+hint)
				continue
			}
			if at, twice := seen[x]; twice {
				r.complain(itemKey(i), item, "each value once"+at.alreadyThere())
				continue
			}
			seen[x] = item.at
			numbers = append(numbers, x)
		}
		*dst = numbers
	}
}

func readSeed(c *Config) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		if v.kind == kindScalar && v.text == "random" {
			c.Seed, c.SeedRandom = drawSeed(), true
			return
		}
		n, hint, ok := asWhole(v)
		if !ok || n < 0 {
			r.complain(key, v, "random or a whole number from 0 to 9223372036854775807"+hint)
			return
		}
		c.Seed = uint64(n)
	}
}
