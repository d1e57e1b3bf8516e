package main

import (
	"fmt"

	"github.com/spf13/pflag"
)

// wordLists are the flags that take several words behind their name, as vLLM's
// parser has it (nargs). pflag takes the first, leaves the others among the
// arguments in their order, and tells how many it has seen so far.
type wordLists struct{ marks []wordMark }

type wordMark struct {
	list *[]string
	from int // arguments before the flag
}

func (w *wordLists) register(f *pflag.FlagSet, list *[]string, name, usage string) {
	f.Func(name, usage, func(word string) error {
		*list = append(*list, word)
		w.marks = append(w.marks, wordMark{list, f.NArg()})
		return nil
	})
}

// take gives each argument to the list before it; one that has none is an error.
func (w *wordLists) take(args []string) error {
	for i := len(w.marks) - 1; i >= 0; i-- {
		m := w.marks[i]
		*m.list = append(*m.list, args[m.from:]...)
		args = args[:m.from]
	}
	if len(args) > 0 {
		return fmt.Errorf("%q is no flag: bench takes flags alone; llmsweep bench --help lists them", args[0])
	}
	return nil
}
