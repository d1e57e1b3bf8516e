package report

import (
	"fmt"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// caseVerdict is what a figure is to be read with: the status of a case that was not
// measured, else its validity; "–" where a file from elsewhere says none.
func caseVerdict(r *aggregate.Row) string {
	switch {
	case r.Status != "" && r.Status != runlog.StatusMeasured:
		return r.Status
	case r.Validity == "":
		return "–"
	}
	return r.Validity
}

// caseReasons are why a case's figures are in doubt, and its first error; "" = they
// are not.
func caseReasons(r *aggregate.Row) string {
	var all []string
	if r.ValidityReasons != "" {
		all = append(all, r.ValidityReasons)
	}
	if first := firstError(r); first != "" {
		all = append(all, first)
	}
	return strings.Join(all, "; ")
}

// firstError is a case's first error in words; "" = it had none but requests that
// were cut off with it.
func firstError(r *aggregate.Row) string {
	if r.FirstError == "" || r.Status == runlog.StatusInterrupted && strings.HasPrefix(r.FirstError, "cancelled: ") {
		return ""
	}
	return "first error: " + r.FirstError
}

// isTooFew reports whether a column is a percentile over requests, of fewer than it
// needs.
func isTooFew(column string, r *aggregate.Row) bool {
	return r.Completed < aggregate.SamplesNeeded(column)
}

// verdictText is how many cases there are, and of which verdict: "24 cases: 22 valid,
// 2 suspect".
func verdictText(rows []aggregate.Row) string {
	valid, suspect, invalid, failed := verdictCounts(rows)
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{valid, "valid"}, {suspect, "suspect"}, {invalid, "invalid"}, {failed, "failed or interrupted"},
		{len(rows) - valid - suspect - invalid - failed, "from elsewhere, without a verdict"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return counted(len(rows), "case") + ": " + strings.Join(parts, ", ")
}

// verdictCounts is how many rows there are, and of which verdict.
func verdictCounts(rows []aggregate.Row) (valid, suspect, invalid, failed int) {
	for i := range rows {
		switch caseVerdict(&rows[i]) {
		case metrics.Valid:
			valid++
		case metrics.Suspect:
			suspect++
		case metrics.Invalid:
			invalid++
		case runlog.StatusFailed, runlog.StatusInterrupted:
			failed++
		}
	}
	return valid, suspect, invalid, failed
}
