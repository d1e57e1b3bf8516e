package plan

import (
	"fmt"
	"slices"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

// readRatio reads one ratio for input and output, or one for each.
func readRatio(dst *dataset.Ratio) conf.Read {
	const want = "a ratio from 0 to below 1"
	ratio := func(dst *float64, want string) conf.Read {
		return conf.ReadNumber(dst, func(x float64) bool { return x >= 0 && x < 1 }, want)
	}
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind == conf.KindMapping {
			r.Mapping(v, key, []conf.Field{conf.Key("input", ratio(&dst.Input, want)), conf.Key("output", ratio(&dst.Output, want))})
			return
		}
		ratio(&dst.Input, want+", or {input: 0.3, output: 0.5}")(r, key, v)
		dst.Output = dst.Input
	}
}

func ratioValue(r dataset.Ratio) any {
	switch {
	case r == dataset.Ratio{}:
		return nil
	case r.Input == r.Output:
		return r.Input
	}
	return map[string]any{"input": r.Input, "output": r.Output}
}

// readLengths reads the distributions of input and output lengths: both, as one
// alone would leave half of input_output without effect.
func readLengths(dst *dataset.Lengths) conf.Read {
	nested := conf.ReadNested(conf.Key("input", readDistribution(&dst.Input, inTokens)), conf.Key("output", readDistribution(&dst.Output, inTokens)))
	return func(r *conf.Reader, key string, v *conf.Value) {
		if nested(r, key, v); v.Kind == conf.KindMapping {
			r.Require(v, key, "a distribution; a number is a constant length", "input", "output")
		}
	}
}

func lengthsValue(l dataset.Lengths) any {
	if l.Input == nil || l.Output == nil {
		return nil
	}
	return map[string]any{"input": distributionValue(l.Input), "output": distributionValue(l.Output)}
}

// readTurns reads how many requests a session has, or [least, most].
func readTurns(dst *[2]int) conf.Read {
	const most = 10_000
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind == conf.KindScalar {
			conf.ReadWhole(&dst[0], 1, most)(r, key, v)
			dst[1] = dst[0]
			return
		}
		if v.Kind != conf.KindList || len(v.Items) != 2 {
			r.Complain(key, v, "a number of requests a session, or [least, most]")
			return
		}
		conf.ReadWhole(&dst[0], 1, most)(r, key+"[0]", v.Items[0])
		conf.ReadWhole(&dst[1], 1, most)(r, key+"[1]", v.Items[1])
		if dst[1] < dst[0] && !r.Faulted(key) {
			r.Complain(key, v, "[least, most], the least first")
		}
	}
}

// readThink reads the user's pause between two turns; 0 is none.
func readThink(dst **dataset.Distribution) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		readDistribution(dst, inSeconds)(r, key, v)
		if d := *dst; d.Kind == distConstant && d.Mean == 0 {
			*dst = nil
		}
	}
}

// readImages reads how many images a request has, of which sizes.
func readImages(dst *dataset.ImageSpec) conf.Read {
	return conf.ReadNested(
		conf.Key("count", conf.ReadWhole(&dst.Count, 1, 1000)),
		conf.Key("sizes", readSizes(&dst.Sizes)),
		conf.Key("format", conf.ReadOneOf(&dst.Format, formatPNG, formatJPEG)),
	)
}

// readSizes reads a list of widths and heights.
func readSizes(dst *[][2]int) conf.Read {
	const most = dataset.MaxImageSide
	return func(r *conf.Reader, key string, v *conf.Value) {
		var sizes [][2]int
		readPairs(&sizes, "width", "height", func(w, h int) [2]int { return [2]int{w, h} })(r, key, v)
		if i := slices.IndexFunc(sizes, func(s [2]int) bool { return max(s[0], s[1]) > most }); i >= 0 && !r.Faulted(key) {
			r.Complain(fmt.Sprintf("%s[%d]", key, i), v.Items[i], fmt.Sprintf("width and height of at most %d pixels", most))
		}
		*dst = sizes
	}
}

func imagesValue(i dataset.ImageSpec) any {
	return map[string]any{"count": i.Count, "sizes": i.Sizes, "format": i.Format}
}
