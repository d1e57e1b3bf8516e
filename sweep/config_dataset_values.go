package sweep

import (
	"fmt"
	"slices"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

// readRatio reads one ratio for input and output, or one for each.
func readRatio(dst *dataset.Ratio) func(*reader, string, *conf.Value) {
	const want = "a ratio from 0 to below 1"
	ratio := func(dst *float64, want string) func(*reader, string, *conf.Value) {
		return readNumber(dst, func(x float64) bool { return x >= 0 && x < 1 }, want)
	}
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind == conf.KindMapping {
			r.mapping(v, key, []configField{{"input", ratio(&dst.Input, want)}, {"output", ratio(&dst.Output, want)}})
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
func readLengths(dst *dataset.Lengths) func(*reader, string, *conf.Value) {
	nested := readNested(configField{"input", readDistribution(&dst.Input, inTokens)}, configField{"output", readDistribution(&dst.Output, inTokens)})
	return func(r *reader, key string, v *conf.Value) {
		if nested(r, key, v); v.Kind == conf.KindMapping {
			r.require(v, key, "a distribution; a number is a constant length", "input", "output")
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
func readTurns(dst *[2]int) func(*reader, string, *conf.Value) {
	const most = 10_000
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind == conf.KindScalar {
			readWhole(&dst[0], 1, most)(r, key, v)
			dst[1] = dst[0]
			return
		}
		if v.Kind != conf.KindList || len(v.Items) != 2 {
			r.complain(key, v, "a number of requests a session, or [least, most]")
			return
		}
		readWhole(&dst[0], 1, most)(r, key+"[0]", v.Items[0])
		readWhole(&dst[1], 1, most)(r, key+"[1]", v.Items[1])
		if dst[1] < dst[0] && !r.faulted(key) {
			r.complain(key, v, "[least, most], the least first")
		}
	}
}

// readThink reads the user's pause between two turns; 0 is none.
func readThink(dst **dataset.Distribution) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		readDistribution(dst, inSeconds)(r, key, v)
		if d := *dst; d.Kind == distConstant && d.Mean == 0 {
			*dst = nil
		}
	}
}

// readImages reads how many images a request has, of which sizes.
func readImages(dst *dataset.ImageSpec) func(*reader, string, *conf.Value) {
	return readNested(
		configField{"count", readWhole(&dst.Count, 1, 1000)},
		configField{"sizes", readSizes(&dst.Sizes)},
		configField{"format", readOneOf(&dst.Format, formatPNG, formatJPEG)},
	)
}

// readSizes reads a list of widths and heights.
func readSizes(dst *[][2]int) func(*reader, string, *conf.Value) {
	const most = dataset.MaxImageSide
	return func(r *reader, key string, v *conf.Value) {
		var sizes [][2]int
		readPairs(&sizes, "width", "height", func(w, h int) [2]int { return [2]int{w, h} })(r, key, v)
		if i := slices.IndexFunc(sizes, func(s [2]int) bool { return max(s[0], s[1]) > most }); i >= 0 && !r.faulted(key) {
			r.complain(fmt.Sprintf("%s[%d]", key, i), v.Items[i], fmt.Sprintf("width and height of at most %d pixels", most))
		}
		*dst = sizes
	}
}

func imagesValue(i dataset.ImageSpec) any {
	return map[string]any{"count": i.Count, "sizes": i.Sizes, "format": i.Format}
}
