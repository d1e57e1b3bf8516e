package sweep

import (
	"fmt"
	"path"
)

// checkOnly faults a glob that matches no case, before anything is touched.
func (r *Runner) checkOnly() error {
	for _, pc := range r.Config.Plan() {
		ok, err := r.chosen(pc)
		if err != nil {
			return fmt.Errorf("--only %s: not a glob: %w", r.Only, err)
		}
		if ok {
			return nil
		}
	}
	added := ""
	if r.Config.Search != nil || r.Config.Refine != nil {
		added = ", and what is added to them cannot be chosen"
	}
	return fmt.Errorf("--only %s: no case has such a name; `llmsweep plan` prints the names%s", r.Only, added)
}

// chosen reports whether --only leaves the case in.
func (r *Runner) chosen(pc PlannedCase) (bool, error) {
	if r.Only == "" {
		return true, nil
	}
	return path.Match(r.Only, pc.Name)
}
