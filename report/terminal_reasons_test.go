package report

import (
	"fmt"
	"strings"
	"testing"

	"llmsweep/aggregate"
)

// Of many doubted cases a reason is told once, with the range of its figures; what
// has an error keeps a line of its own, on top. Few cases have a line each.
func TestSharedReasons(t *testing.T) {
	var rows []aggregate.Row
	for i, why := range []string{
		"Little residual 6.02 %, limit 5 %",
		"reader lag p99 1.43 ms, limit 1 ms; Little residual -5.1 %, limit 5 %",
		"Little residual 12 %, limit 5 %",
		"reader lag p99 1.11 ms, limit 1 ms",
		"1,200 of 2,000 tokens",
		"",
	} {
		verdict := "suspect"
		if why == "" {
			verdict = "valid"
		}
		rows = append(rows, aggregate.Row{Case: fmt.Sprintf("c%d", i), Status: "measured", Validity: verdict, ValidityReasons: why})
	}
	rows = append(rows, aggregate.Row{Case: "dead", Status: "failed", FirstError: "connection refused"})
	for _, tt := range []struct {
		name  string
		rows  []aggregate.Row
		width int
		want  string
	}{
		{"many", rows, 0, `
dead failed: first error: connection refused
3 suspect cases: Little residual -5.1 to 12 %, limit 5 % (c0, c1, c2)
2 suspect cases: reader lag p99 1.11 to 1.43 ms, limit 1 ms (c1, c3)
1 suspect case: 1,200 of 2,000 tokens (c4)
`},
		{"few", rows[:2], 100, `
c0 suspect: Little residual 6.02 %, limit 5 %
c1 suspect: reader lag p99 1.43 ms, limit 1 ms; 1 more in its file
`},
		{"none", rows[5:6], 0, ""},
	} {
		var b strings.Builder
		printReasons(&b, tt.rows, tt.width)
		if b.String() != tt.want {
			t.Errorf("%s:\n%swant:%s", tt.name, b.String(), tt.want)
		}
	}
	var b strings.Builder
	many := rows[:0:0]
	for i := range 12 { // the cases' own errors
		many = append(many, aggregate.Row{Case: fmt.Sprintf("e%d", i), Status: "failed", FirstError: "refused"})
	}
	if printReasons(&b, many, 80); !strings.HasSuffix(b.String(), "and 4 more; all are in the CSV and in llmsweep report\n") {
		t.Errorf("on a terminal:\n%s", b.String())
	}
}
