package dataset

import "fmt"

// tooFew says that c finds too few rows: it can use some, and of these so many are
// elsewhere, dealt to other cases.
func (p *player) tooFew(c *Case, usable, elsewhere int) error {
	need := p.what
	if p.requests != nil {
		need = "request"
	}
	way := "ask for fewer prompts, or set dataset.allow_repeat: true"
	switch {
	case usable == 0:
		way = "take other lengths or another file"
	case p.allowRepeat: // all are kept by scenarios that send each once
		way = "take another file, or set dataset.allow_repeat: true for all scenarios of this one"
	}
	return fmt.Errorf("%s: case %s needs %s (%d measured, %d warm-up), and %s%s: %s", p.path, c.Name,
		counted(c.Requests+c.Warmups, need), c.Requests, c.Warmups, p.supply(c, usable), takenElsewhere(elsewhere), way)
}

// supply says how many rows the file has for c.
func (p *player) supply(c *Case, usable int) string {
	rows, there := counted(p.rows, p.what), p.rows
	if p.repeats > 0 {
		rows += fmt.Sprintf(" (%s)", counted(p.rows-p.repeats, "distinct prompt"))
		if !p.allowRepeat {
			there -= p.repeats
		}
	}
	fit := ""
	if p.fitting != nil {
		fit = " have " + p.fitting(c)
	}
	switch {
	case usable < there && fit == "":
		return fmt.Sprintf("of its %s only %d fit it", rows, usable)
	case usable < there:
		return fmt.Sprintf("of its %s only %d%s", rows, usable, fit)
	case fit == "":
		return fmt.Sprintf("the file has %s, and all fit", rows)
	}
	return fmt.Sprintf("the file has %s: all%s", rows, fit)
}

func takenElsewhere(rows int) string {
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf(", other cases of the run taking %d of these", rows)
}

// counted is "1 row", "2 rows".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
