package plan

import (
	"fmt"
	"math"
	"time"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

// The kinds of dataset.Distribution, constant apart: that is a bare number.
const (
	distConstant  = "constant"
	distUniform   = "uniform"
	distNormal    = "normal"
	distLognormal = "lognormal"
	distValues    = "values"
)

// A unit is what the numbers of a distribution are.
type unit struct {
	value     func(*conf.Value) (x float64, hint string, ok bool) // one that can be drawn
	wantValue string
	mean      func(*conf.Value) (x float64, hint string, ok bool) // a parameter
	wantMean  string
	least     float64 // where the config names none
}

var (
	inTokens = unit{
		value: func(v *conf.Value) (float64, string, bool) {
			n, hint, ok := conf.Whole(v)
			return float64(n), hint, ok && n >= 1 && n <= maxCount
		},
		wantValue: "a whole number of tokens above 0",
		mean: func(v *conf.Value) (float64, string, bool) {
			x, hint, ok := conf.Number(v)
			return x, hint, ok && x > 0 && x <= maxCount
		},
		wantMean: "a number of tokens above 0",
		least:    1,
	}
	inSeconds = unit{value: asSeconds, wantValue: wantSeconds, mean: asSeconds, wantMean: wantSeconds}
)

const wantSeconds = "seconds, 0 or more, or a duration such as 3s"

// asSeconds is a number, or a duration's text, in seconds.
func asSeconds(v *conf.Value) (x float64, hint string, ok bool) {
	if s, isText := conf.Text(v); isText && v.Tag == "!!str" {
		d, err := time.ParseDuration(s)
		return d.Seconds(), "", err == nil && d >= 0 && d <= conf.MaxSpan
	}
	x, hint, ok = conf.Number(v)
	return x, hint, ok && x >= 0 && x <= conf.MaxSpan.Seconds()
}

// readDistribution reads a constant, or a mapping of one kind.
func readDistribution(dst **dataset.Distribution, u unit) conf.Read {
	want := u.wantValue + ", {uniform: [least, most]}, {normal: {mean: 512, std: 128}}, {lognormal: {median: 512, sigma: 0.5}} or {values: [128, 512], weights: [3, 1]}"
	return func(r *conf.Reader, key string, v *conf.Value) {
		d := &dataset.Distribution{Kind: distConstant}
		*dst = d
		if v.Kind == conf.KindScalar {
			x, hint, ok := u.value(v)
			if !ok {
				r.Complain(key, v, want+hint)
			}
			d.Mean = x
			return
		}
		for _, kind := range []string{distUniform, distNormal, distLognormal, distValues} {
			if v.Find(kind) >= 0 {
				d.Kind = kind
			}
		}
		switch d.Kind {
		case distUniform:
			r.Mapping(v, key, []conf.Field{conf.Key(distUniform, readBounds(d, u))})
		case distNormal:
			r.Mapping(v, key, []conf.Field{conf.Key(distNormal, readCurve(d, u, conf.Key("mean", u.readMean(&d.Mean)), conf.Key("std", u.readMean(&d.Std))))})
		case distLognormal:
			r.Mapping(v, key, []conf.Field{conf.Key(distLognormal, readCurve(d, u, conf.Key("median", u.readMean(&d.Median)),
				conf.Key("sigma", conf.ReadNumber(&d.Sigma, func(x float64) bool { return x > 0 && x <= 10 }, "the logarithm's standard deviation, above 0 and at most 10"))))})
		case distValues:
			r.Mapping(v, key, []conf.Field{conf.Key(distValues, u.readValues(&d.Values)), conf.Key("weights", readWeights(&d.Weights))})
			if len(d.Weights) > 0 && len(d.Weights) != len(d.Values) && !r.Faulted(key) {
				r.Complain(conf.Join(key, "weights"), v.Entries[v.Find("weights")].Value, fmt.Sprintf("as many as there are values, %d", len(d.Values)))
			}
		default:
			r.Complain(key, v, want)
		}
	}
}

func (u unit) readMean(dst *float64) conf.Read {
	return readParsed(dst, u.mean, u.wantMean)
}

func (u unit) readValue(dst *float64) conf.Read {
	return readParsed(dst, u.value, u.wantValue)
}

func readParsed(dst *float64, parse func(*conf.Value) (float64, string, bool), want string) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		x, hint, ok := parse(v)
		if !ok {
			r.Complain(key, v, want+hint)
			return
		}
		*dst = x
	}
}

// readBounds reads [least, most].
func readBounds(d *dataset.Distribution, u unit) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) != 2 {
			r.Complain(key, v, "[least, most]")
			return
		}
		u.readValue(&d.Min)(r, key+"[0]", v.Items[0])
		u.readValue(&d.Max)(r, key+"[1]", v.Items[1])
		if d.Max < d.Min && !r.Faulted(key) {
			r.Complain(key, v, "[least, most], the least first")
		}
	}
}

// readCurve reads the parameters of a distribution without bounds of its own,
// and the bounds it is cut to.
func readCurve(d *dataset.Distribution, u unit, parameters ...conf.Field) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		d.Min = u.least
		nested := conf.ReadNested(append(parameters, conf.Key("min", u.readValue(&d.Min)), conf.Key("max", u.readValue(&d.Max)))...)
		if nested(r, key, v); v.Kind != conf.KindMapping {
			return
		}
		for _, p := range parameters {
			r.Require(v, key, u.wantMean, p.Name)
		}
		if v.Find("max") >= 0 && d.Max < d.Min && !r.Faulted(key) {
			r.Complain(conf.Join(key, "max"), v.Entries[v.Find("max")].Value, "min or more")
		}
	}
}

func (u unit) readValues(dst *[]float64) conf.Read {
	return conf.ReadNumbers(dst, u.wantValue, false, u.value)
}

// readWeights reads relative weights; one may come again.
func readWeights(dst *[]float64) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) == 0 {
			r.Complain(key, v, "a list, at least one: "+wantWeight)
			return
		}
		*dst = make([]float64, len(v.Items))
		for i, item := range v.Items {
			readWeight(&(*dst)[i])(r, fmt.Sprintf("%s[%d]", key, i), item)
		}
	}
}

const wantWeight = "a weight above 0, relative to the others"

func readWeight(dst *float64) conf.Read {
	return conf.ReadNumber(dst, func(x float64) bool { return x > 0 && x <= 1e9 }, wantWeight)
}

// distributionValue is a distribution as the YAML has it; nil for none.
func distributionValue(d *dataset.Distribution) any {
	if d == nil {
		return nil
	}
	curve := map[string]any{"min": d.Min}
	if d.Max > 0 {
		curve["max"] = d.Max
	}
	switch d.Kind {
	case distUniform:
		return map[string]any{distUniform: [2]float64{d.Min, d.Max}}
	case distNormal:
		curve["mean"], curve["std"] = d.Mean, d.Std
		return map[string]any{distNormal: curve}
	case distLognormal:
		curve["median"], curve["sigma"] = d.Median, d.Sigma
		return map[string]any{distLognormal: curve}
	case distValues:
		m := map[string]any{distValues: d.Values}
		if len(d.Weights) > 0 {
			m["weights"] = d.Weights
		}
		return m
	}
	return d.Mean
}

// meanOf is a distribution's mean within its bounds, for estimates: what bounds
// cut off is not weighed anew.
func meanOf(d *dataset.Distribution) float64 {
	mean := d.Mean
	switch d.Kind {
	case distUniform:
		mean = (d.Min + d.Max) / 2
	case distLognormal:
		mean = d.Median * math.Exp(d.Sigma*d.Sigma/2)
	case distValues:
		sum, weights := 0.0, 0.0
		for i, v := range d.Values {
			w := 1.0
			if len(d.Weights) > 0 {
				w = d.Weights[i]
			}
			sum, weights = sum+w*v, weights+w
		}
		mean = sum / weights
	}
	if d.Max > 0 {
		mean = min(mean, d.Max)
	}
	return max(mean, d.Min)
}
