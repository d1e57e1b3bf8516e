package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/wording"
)

// A StopCondition is one of stop_when: a condition over a case's axes and what was
// measured.
type StopCondition struct {
	Condition
	Names []string // of what was measured, that it names, sorted
}

// celFigure is a figure's name as CEL can have it: p99.9_ttft_ms is p99_9_ttft_ms,
// since a point means something else there.
func celFigure(name string) string { return strings.ReplaceAll(name, ".", "_") }

var pointFigure = regexp.MustCompile(`\b(p[0-9]+)\.([0-9]+_[a-z0-9]+_ms)\b`)

// measuredVariables are the names of what is known of a case that has run, with
// their types.
func measuredVariables(variants []variant) map[string]*cel.Type {
	vars := map[string]*cel.Type{"status": cel.StringType, "validity": cel.StringType, "past_knee": cel.BoolType}
	for i := range variants {
		var percentiles []string
		for _, p := range variants[i].config.Percentiles {
			percentiles = append(percentiles, strconv.FormatFloat(p, 'f', -1, 64))
		}
		for _, name := range runlog.FigureNames(percentiles...) {
			vars[celFigure(name)] = cel.DoubleType
			if slices.Contains(countFigures, name) {
				vars[name] = cel.IntType
			}
		}
	}
	return vars
}

// countFigures are whole numbers, which may be compared with == as others may not.
var countFigures = []string{"completed", "failed", "total_input_tokens", "total_output_tokens", "max_concurrent_requests"}

// stopWhen reads one condition or a list of them.
func (r *reader) stopWhen(root *conf.Value, axes []axis, variants []variant) (list []StopCondition) {
	v, ok := root.Get("stop_when")
	if !ok {
		return nil
	}
	items, key := []*conf.Value{v}, func(int) string { return "stop_when" }
	if v.Kind == conf.KindList {
		items, key = v.Items, func(i int) string { return fmt.Sprintf("stop_when[%d]", i) }
	}
	figures := measuredVariables(variants)
	vars := caseVariables(axes)
	maps.Copy(vars, figures)
	env, err := newCELEnv(vars)
	if err != nil {
		r.Faults = append(r.Faults, root.At.Fault("stop_when", "", "conditions: "+wording.OneLine(err.Error())))
		return nil
	}
	for i, item := range items {
		if item.Kind != conf.KindScalar || item.IsNull() {
			r.Complain(key(i), item, "a condition or a list of them, as in past_knee && p99_ttft_ms > 2000")
			continue
		}
		text := pointFigure.ReplaceAllString(item.Text, "${1}_$2")
		program, complaint := compileCondition(env, vars, text)
		if strings.Contains(complaint, "(double, int)") || strings.Contains(complaint, "(int, double)") {
			complaint += "; figures have decimals: write 1.0, not 1"
		}
		if complaint != "" {
			r.Complain(key(i), item, complaint)
			continue
		}
		list = append(list, StopCondition{Condition{item.Written, key(i), item.At, program}, namesIn(env, text, figures)})
	}
	return list
}

// namesIn are those of names that an expression, which compiles, is over, sorted.
func namesIn(env *cel.Env, text string, names map[string]*cel.Type) (list []string) {
	ast, _ := env.Compile(text)
	for _, ref := range ast.NativeRep().ReferenceMap() {
		if names[ref.Name] != nil && !slices.Contains(list, ref.Name) {
			list = append(list, ref.Name)
		}
	}
	slices.Sort(list)
	return list
}

// StopWhen is what stop_when says.
func (c *Config) StopWhen() []StopCondition { return c.stopWhen }

// StopTexts are the conditions of stop_when as they stand in the file.
func (c *Config) StopTexts() []string {
	texts := make([]string, len(c.stopWhen))
	for i, s := range c.stopWhen {
		texts[i] = s.Text
	}
	return texts
}

// MeasuredValues are a case's figures as conditions of stop_when name them, and of
// the kinds that they have there.
func MeasuredValues(figures map[string]float64) map[string]any {
	values := make(map[string]any, len(figures))
	for name, x := range figures {
		if slices.Contains(countFigures, name) {
			values[name] = int64(x)
		} else {
			values[celFigure(name)] = x
		}
	}
	return values
}

// unknownName says of a name in a condition which one may have been meant, or
// which there are.
func unknownName(name string, vars map[string]*cel.Type) string {
	const most = 30 // to be read
	known := slices.Sorted(maps.Keys(vars))
	if len(known) <= most {
		return fmt.Sprintf("known names, not %s: %s%s", wording.Short(name), strings.Join(known, ", "), conf.DidYouMean(name, known))
	}
	nearest := slices.MinFunc(known, func(a, b string) int { return conf.Distance(name, a) - conf.Distance(name, b) })
	return fmt.Sprintf("known names, not %s; the nearest is %s; they are the axes, status, validity, past_knee and the figures of aggregate_results.csv",
		wording.Short(name), nearest)
}
