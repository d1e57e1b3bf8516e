package sweep

import (
	"fmt"

	"llmsweep/sweep/wording"
)

// searchText is what of a plan is not known yet; "" = all is.
func (c *Config) searchText(cases []PlannedCase) string {
	switch {
	case c.Search != nil:
		s := c.Search
		least, most := s.loads().Steps()
		text := fmt.Sprintf("%s over %s: each from the case above, then doubling to at most %s, and bisection; about %d to %d cases each",
			searches(len(cases)), s.Vary, loadWords(s.Vary, s.Max), least, most)
		if s.Repeats > 1 {
			text += fmt.Sprintf(", and up to %d of a load that is close to a limit", s.Repeats)
		}
		return text + "; the figures above are of the first cases alone"
	case c.Refine != nil:
		return fmt.Sprintf("%s to be refined around the knee: up to %s each", wording.Plural(len(c.refiners(cases)), "curve"), wording.Plural(c.Refine.Cases*c.Repeats, "more case"))
	}
	return ""
}

func searches(n int) string {
	if n == 1 {
		return "1 search"
	}
	return wording.Thousands(float64(n)) + " searches"
}
