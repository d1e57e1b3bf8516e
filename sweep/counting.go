package sweep

import (
	"fmt"
	"path/filepath"

	"llmsweep/runlog"
)

// What a server that the run starts says of counting, its tokenizer and what goes
// around a prompt, is known when it is up: after the plan, so it is not in the
// cases' hashes. It is in their JSON, and a run that is gone on with holds what it
// learns against a case that was measured before.

// checkCounting notes it when the server counts prompts otherwise than it did for
// the cases that stand in the results already: every case to come is suspect then.
// A case file that cannot be read says nothing here; the tables will tell of it.
func (r *Runner) checkCounting(in *inputs) error {
	entries, err := r.dir.Entries()
	if err != nil {
		return err
	}
	for _, pc := range r.plan {
		if r.inputs.of(pc.Config) != in || !measured(pc, entries[pc.Name]) {
			continue
		}
		f, err := runlog.ReadCase(filepath.Join(r.dir.Path(), pc.Name+".json"))
		if err != nil {
			continue
		}
		if in.recounted = in.countsOtherwise(&f.Lengths); in.recounted != "" {
			in.recounted += fmt.Sprintf(" when case %s was measured: their prompts are not alike; --fresh measures all anew", pc.Name)
			r.Progress.Warn(in.recounted)
		}
		return nil
	}
	return nil
}

// countsOtherwise says how an earlier case's prompts were counted otherwise; "" =
// they were not, as far as is recorded.
func (in *inputs) countsOtherwise(earlier *runlog.LengthsInfo) string {
	around, _ := in.overhead()
	switch now := in.tokenizerHash(); {
	case earlier.TokenizerHash != "" && earlier.TokenizerHash != now:
		return fmt.Sprintf("server %s has another tokenizer (%.12s) than it had (%.12s)", in.config.Server.Name, now, earlier.TokenizerHash)
	case earlier.OverheadTokens != around:
		return fmt.Sprintf("server %s counts %d tokens around a prompt, and it counted %d", in.config.Server.Name, around, earlier.OverheadTokens)
	}
	return ""
}
