package search

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// measuredOn is the loads that a walk measures on a curve, in their order, and where
// it ends.
func measuredOn(l Range, meets func(load float64) bool) (loads []float64, w Walk) {
	for {
		w = l.Walk(func(load float64) (bool, bool) { return meets(load), slices.Contains(loads, load) })
		if w.next == 0 {
			return loads, w
		}
		loads = append(loads, w.next)
	}
}

// Curves by hand: the loads that are measured, and what is found.
func TestWalk(t *testing.T) {
	upTo := func(limit float64) func(float64) bool { return func(load float64) bool { return load <= limit } }
	flight := Range{Min: 1, Max: 512, Precision: 0.05, Whole: true}
	rates := Range{Min: 0.5, Max: 20, Precision: 0.1}
	for _, tt := range []struct {
		name        string
		loads       Range
		meets       func(load float64) bool
		measured    string
		met, broken float64
	}{
		// √(4·8) = 5.7, √(4·6) = 4.9: 5; 5 and 6 are neighbours
		{"between powers of two", flight, upTo(5), "[1 2 4 8 16 6 5]", 5, 6},
		// √(32·64) = 45.3, √(45·64) = 53.7, √(45·54) = 49.3, √(45·49) = 47, 49 ≤ 47 · 1.05
		{"within the precision", flight, upTo(48), "[1 2 4 8 16 32 64 128 45 54 49 47]", 47, 49},
		{"never met", flight, upTo(0), "[1 2]", 0, 1},
		{"always met", Range{Min: 3, Max: 20, Precision: 0.05, Whole: true}, upTo(99), "[3 6 12 20]", 20, 0},
		{"broken at max alone: no load to check it by", Range{Min: 4, Max: 12, Precision: 0.05, Whole: true}, upTo(10), "[4 8 12 10 11]", 10, 11},
		{"min is max", Range{Min: 7, Max: 7, Precision: 0.05, Whole: true}, upTo(9), "[7]", 7, 0},
		{"min is max and broken", Range{Min: 7, Max: 7, Precision: 0.05, Whole: true}, upTo(3), "[7]", 0, 7},
		{"not monotone: 4 and 5 break it, 8 to 12 meet it", flight, func(x float64) bool { return x < 4 || x >= 8 && x <= 12 },
			"[1 2 4 8 16 32 11 13 12]", 12, 13},
		{"broken at min, met above", flight, func(x float64) bool { return x == 2 || x == 3 }, "[1 2 4 8 3]", 3, 4},
		{"an end on the doubling", flight, upTo(2), "[1 2 4 8 3]", 2, 3},
		// √(4·8) = 5.657, √(5.657·8) = 6.727, √(5.657·6.727) = 6.169, 6.727 ≤ 6.169 · 1.1
		{"rates", rates, upTo(6.5), "[0.5 1 2 4 8 16 5.657 6.727 6.169]", 6.169, 6.727},
	} {
		measured, w := measuredOn(tt.loads, tt.meets)
		if got := fmt.Sprint(measured); got != tt.measured || w.Met != tt.met || w.Broken != tt.broken {
			t.Errorf("%s: measured %s, met %v, broken %v; want %s, %v, %v", tt.name, got, w.Met, w.Broken, tt.measured, tt.met, tt.broken)
		}
	}
}

// For any curve that breaks the SLO above some load, the answer is within the
// precision of it, and no more loads are measured than plan says.
func TestWalkFindsAnyLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Range{Precision: rapid.Float64Range(0.001, 1).Draw(t, "precision"), Whole: rapid.Bool().Draw(t, "whole")}
		if l.Whole {
			l.Min = float64(rapid.IntRange(1, 300).Draw(t, "min"))
			l.Max = l.Min + float64(rapid.IntRange(0, 5000).Draw(t, "more"))
		} else {
			l.Min = fourDigits(rapid.Float64Range(0.001, 300).Draw(t, "min"))
			l.Max = l.Min * rapid.Float64Range(1, 1000).Draw(t, "times")
		}
		limit := rapid.Float64Range(l.Min*0.5, l.Max*1.5).Draw(t, "limit")
		measured, w := measuredOn(l, func(load float64) bool { return load <= limit })
		least, most := l.Steps()
		if n := len(measured); n < least || n > most+1 {
			t.Fatalf("%d loads, want %d to %d: %v", n, least, most, measured)
		}
		for _, load := range measured {
			if load < l.Min || load > l.Max || l.Whole && load != math.Trunc(load) {
				t.Fatalf("measured %v, outside of %v to %v", load, l.Min, l.Max)
			}
		}
		switch {
		case limit < l.Min:
			if w.Met != 0 || w.Broken != l.Min {
				t.Fatalf("met %v, broken %v; none meets it", w.Met, w.Broken)
			}
		case limit >= l.Max:
			if w.Met != l.Max || w.Broken != 0 {
				t.Fatalf("met %v, broken %v; all meet it", w.Met, w.Broken)
			}
		default:
			near := w.Broken <= w.Met*(1+l.Precision)*(1+1e-3) // a rate has four digits
			if l.Whole {
				near = near || w.Broken == w.Met+1
			}
			if w.Met > limit || w.Broken <= limit || !near {
				t.Fatalf("limit %v: met %v, broken %v", limit, w.Met, w.Broken)
			}
		}
	})
}

// A search over 1 to 512 in flight, counted by hand: broken at 1 and 2; at most, ten
// doublings and a bracket of [256, 512]: 362, 430, 469, 490.
func TestSteps(t *testing.T) {
	least, most := Range{Min: 1, Max: 512, Precision: 0.05, Whole: true}.Steps()
	if least != 2 || most != 14 {
		t.Errorf("%d to %d loads, want 2 to 14", least, most)
	}
}
