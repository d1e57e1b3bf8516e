package aggregate

import (
	"fmt"
	"slices"
	"strings"
)

// entitle names the curves by what sets them apart: first what was chosen (model,
// server, other axes), then the work that was given.
func entitle(curves []Curve) {
	if len(curves) == 0 {
		return
	}
	differ := func(of func(*Curve) string) bool {
		return slices.ContainsFunc(curves, func(c Curve) bool { return of(&c) != of(&curves[0]) })
	}
	models := differ(func(c *Curve) string { return c.Model }) || len(curves) == 1
	servers := differ(func(c *Curve) string { return c.Server })
	datasets := differ(func(c *Curve) string { return c.Dataset })
	kinds := differ((*Curve).Kind)
	helds := differ(func(c *Curve) string { return c.Over + c.Held })
	axes := Varying(curves, func(c Curve) string { return c.Axes })
	short := shortModels(curves)
	shown := map[string]func(string) string{}
	for _, key := range axes {
		shown[key] = shortValues(curves, key)
	}
	for i := range curves {
		c := &curves[i]
		var chosen, work []string
		if models {
			chosen = append(chosen, short(c.Model))
		}
		if servers && c.Server != "" {
			chosen = onServer(chosen, c.Server)
		}
		if kinds && c.Pooled {
			work = append(work, c.Kind())
		}
		switch {
		case c.Pooled && c.InputLen > 0:
			work = append(work, fmt.Sprintf("%d tokens in", c.InputLen))
		case c.InputLen > 0 || c.OutputLen > 0:
			work = append(work, fmt.Sprintf("%d → %d", c.InputLen, c.OutputLen))
		}
		if c.Dataset != "" && (datasets || c.InputLen == 0 && c.OutputLen == 0) {
			work = append(work, c.Dataset)
		}
		for _, key := range axes {
			switch v, ok := AxisOf(c.Axes, key); {
			case !ok, key == "model", key == "backend" && c.Pooled: // its kind says it
			case key == "base_url":
				chosen = onServer(chosen, v)
			case key == "dataset" || strings.HasPrefix(key, "dataset."):
				work = append(work, LastPart(key)+" "+v)
			default:
				chosen = append(chosen, LastPart(key)+" "+shown[key](v))
			}
		}
		switch {
		case !helds || c.Held == "":
		case c.Over == OverRate:
			chosen = append(chosen, "at most "+c.Held+" in flight")
		default:
			chosen = append(chosen, "at "+rateText(c.Held))
		}
		c.Chosen, c.Work = strings.Join(chosen, ", "), strings.Join(work, ", ")
		c.Title = strings.Join(append(chosen, work...), ", ")
	}
}

// onServer adds the server, to the model where there is one: "qwen3 on tp2".
func onServer(chosen []string, server string) []string {
	if len(chosen) == 0 {
		return []string{server}
	}
	return append(chosen[:len(chosen)-1], chosen[len(chosen)-1]+" on "+server)
}

// shortModels names models by the last part of their ids, where that tells them
// apart.
func shortModels(curves []Curve) func(string) string {
	of := map[string]string{}
	for i := range curves {
		model := curves[i].Model
		if other, taken := of[LastSegment(model)]; taken && other != model {
			return func(model string) string { return model }
		}
		of[LastSegment(model)] = model
	}
	return LastSegment
}

// LastSegment is what follows the last / of a model's id.
func LastSegment(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// LastPart is what follows the last dot of an axis' key.
func LastPart(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// Varying is the keys of axes (key=value;…) whose values differ, in the order of
// first sight; a key that some lack differs.
func Varying[T any](of []T, axes func(T) string) (keys []string) {
	values := map[string]map[string]int{}
	for _, x := range of {
		for key, v := range axisPairs(axes(x)) {
			if values[key] == nil {
				values[key] = map[string]int{}
				keys = append(keys, key)
			}
			values[key][v]++
		}
	}
	return slices.DeleteFunc(keys, func(key string) bool {
		n := 0
		for _, count := range values[key] {
			n += count
		}
		return len(values[key]) == 1 && n == len(of)
	})
}

// AxisOf is the value of a key in axes.
func AxisOf(axes, key string) (string, bool) {
	for k, v := range axisPairs(axes) {
		if k == key {
			return v, true
		}
	}
	return "", false
}

// axisPairs yields the keys and values of axes; a ; within a value goes on with it.
func axisPairs(axes string) func(yield func(k, v string) bool) {
	return func(yield func(k, v string) bool) {
		var key, value string
		for part := range strings.SplitSeq(axes, ";") {
			k, v, ok := strings.Cut(part, "=")
			if !ok {
				value += ";" + part
				continue
			}
			if key != "" && !yield(key, value) {
				return
			}
			key, value = k, v
		}
		if key != "" {
			yield(key, value)
		}
	}
}
