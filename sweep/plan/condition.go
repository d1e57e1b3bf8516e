package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/wording"
)

// A Condition is an expression in CEL over what is known of a case before it
// runs, by the CSV's column names.
type Condition struct {
	Text    string // as it stands in the file
	Key     string // exclude[0]
	at      conf.Position
	program cel.Program
}

// conditions reads include and exclude.
func (r *reader) conditions(root *conf.Value, axes []axis) (include, exclude []Condition) {
	_, in := root.Get("include")
	_, ex := root.Get("exclude")
	if !in && !ex {
		return nil, nil
	}
	vars := caseVariables(axes)
	env, err := newCELEnv(vars)
	if err != nil {
		r.Faults = append(r.Faults, root.At.Fault("", "", "conditions: "+wording.OneLine(err.Error())))
		return nil, nil
	}
	return r.conditionList(root, "include", env, vars), r.conditionList(root, "exclude", env, vars)
}

// caseVariables are the names that a condition knows, with their types. An axis
// goes by the last part of its key, where no other has the same; by its whole key
// it is in axes.
func caseVariables(axes []axis) map[string]*cel.Type {
	vars := map[string]*cel.Type{
		"input_len": cel.IntType, "output_len": cel.IntType, "max_concurrency": cel.IntType, "num_prompts": cel.IntType,
		"request_rate": cel.DynType, // a double, to be compared with whole numbers too
		"repeat":       cel.IntType,
		"model":        cel.StringType, "backend": cel.StringType, "dataset": cel.StringType, "server": cel.StringType,
		"axes": cel.MapType(cel.StringType, cel.DynType),
	}
	for name := range shortNames(axes) {
		if vars[name] == nil {
			vars[name] = cel.DynType
		}
	}
	return vars
}

var celName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// shortNames are the last parts of the axes' keys that are of one key only.
func shortNames(axes []axis) map[string]bool {
	names := map[string]bool{}
	for _, a := range axes {
		for _, k := range a.keys {
			name := lastPart(k.path)
			_, twice := names[name]
			names[name] = !twice && celName.MatchString(name)
		}
	}
	maps.DeleteFunc(names, func(_ string, once bool) bool { return !once })
	return names
}

func newCELEnv(vars map[string]*cel.Type) (*cel.Env, error) {
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		options = append(options, cel.Variable(name, vars[name]))
	}
	return cel.NewEnv(options...)
}

func (r *reader) conditionList(root *conf.Value, key string, env *cel.Env, vars map[string]*cel.Type) (list []Condition) {
	const want = `a list of conditions, as in ["max_concurrency > 64 && input_len > 2048"]`
	v, ok := root.Get(key)
	if !ok {
		return nil
	}
	if v.Kind != conf.KindList {
		r.Complain(key, v, want)
		return nil
	}
	for i, item := range v.Items {
		itemKey := fmt.Sprintf("%s[%d]", key, i)
		if item.Kind != conf.KindScalar || item.IsNull() {
			r.Complain(itemKey, item, "a condition, as in max_concurrency > 64 && input_len > 2048")
			continue
		}
		program, complaint := compileCondition(env, vars, item.Text)
		if complaint != "" {
			r.Complain(itemKey, item, complaint)
			continue
		}
		list = append(list, Condition{item.Written, itemKey, item.At, program})
	}
	return list
}

var undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)

// compileCondition makes a text ready to be asked; or says what was wanted of it.
func compileCondition(env *cel.Env, vars map[string]*cel.Type, text string) (p cel.Program, complaint string) {
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		said := issues.Errors()[0].Message
		if m := undeclared.FindStringSubmatch(said); m != nil {
			return nil, unknownName(m[1], vars)
		}
		said, _, _ = strings.Cut(said, " expecting ") // a list of all tokens there are
		return nil, "a CEL expression: " + wording.OneLine(said)
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, "a condition, true or false, not " + cel.FormatCELType(t)
	}
	p, err := env.Program(ast)
	if err != nil {
		return nil, "a CEL expression: " + wording.OneLine(err.Error())
	}
	return p, ""
}

func conditionTexts(list []Condition) []string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.Text
	}
	return texts
}

// Holds asks the condition of a case. The error is a Fault.
func (c *Condition) Holds(vars map[string]any) (bool, error) {
	said, _, err := c.program.Eval(vars)
	if err != nil {
		return false, c.at.Fault(c.Key, wording.Short(c.Text), "what can be told of every case: "+wording.OneLine(err.Error()))
	}
	yes, ok := said.Value().(bool)
	if !ok {
		return false, c.at.Fault(c.Key, wording.Short(c.Text), "a condition, true or false, not "+said.Type().TypeName())
	}
	return yes, nil
}

// keeps reports whether the case stays in the plan: it meets one of include, if
// there are any, and none of exclude.
func (c *Config) keeps(p *Case, v *variant) (bool, error) {
	if len(c.include)+len(c.exclude) == 0 {
		return true, nil
	}
	vars := p.ConditionVariables(v.values)
	keep := len(c.include) == 0
	for i := range c.include {
		yes, err := c.include[i].Holds(vars)
		if err != nil {
			return false, err
		}
		keep = keep || yes
	}
	for i := range c.exclude {
		yes, err := c.exclude[i].Holds(vars)
		if err != nil {
			return false, err
		}
		keep = keep && !yes
	}
	return keep, nil
}

// ConditionVariables are the case's values of caseVariables; axes are those of its
// config: see axisValues.
func (p *Case) ConditionVariables(axes map[string]any) map[string]any {
	vars := make(map[string]any, 11+len(axes))
	for key, x := range axes {
		vars[lastPart(key)] = x
	}
	for name, x := range map[string]any{
		"input_len": p.Input, "output_len": p.Output, "max_concurrency": p.MaxConcurrency, "num_prompts": p.NumPrompts,
		"request_rate": p.Rate, "repeat": p.Axes.Repeat, "model": p.Config.Model, "backend": p.Config.Backend,
		"dataset": p.Axes.Dataset, "server": p.Axes.Server, "axes": axes,
	} {
		vars[name] = x
	}
	return vars
}
