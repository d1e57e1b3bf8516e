package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"llmsweep/sweep"
	"llmsweep/sweep/wording"
)

// printSkipped says below the table which cases rules of the config left out, by
// which, and how long those would take that the budget left out.
func printSkipped(w io.Writer, skipped []sweep.Skip) {
	if len(skipped) == 0 {
		return
	}
	var rules []string // in the order in which they come
	names := map[string][]string{}
	var takes time.Duration
	for _, s := range skipped {
		rule, _, _ := strings.Cut(s.Why, " ")
		if names[rule] == nil {
			rules = append(rules, rule)
		}
		names[rule] = append(names[rule], s.Case)
		if rule == "budget" {
			takes += s.Takes
		}
	}
	var parts []string
	for _, rule := range rules {
		by := rule
		if rule == "budget" {
			by = "the budget"
		}
		parts = append(parts, fmt.Sprintf("%d by %s", len(names[rule]), by))
	}
	fmt.Fprintf(w, "\n%s left out: %s\n", cases(len(skipped)), strings.Join(parts, ", "))
	for _, rule := range rules {
		line := rule + ": " + wording.FirstFew(names[rule])
		if rule == "budget" {
			line += "; they would take about " + wording.Roughly(takes)
		}
		fmt.Fprintln(w, "  "+line)
	}
}
