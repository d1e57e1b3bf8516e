package dataset

// A Longest is the request of a case that takes the most of a model's context.
type Longest struct {
	Type          string // of the dataset, a scenario's own in a mix
	Scenario      string // "" = the only one
	Input, Output int    // tokens; what only the server can count, images, say, is not in it
}

// Total is how many tokens of context it takes.
func (l Longest) Total() int { return l.Input + l.Output }

// Longest finds the longest request of a case's counted sessions, warm-ups too, by
// the lengths that its seed draws and the rows that it was dealt. It makes no
// prompts. The source has been fitted and the plan dealt; of a case that cannot be
// made, which Plan has faulted, nothing is known.
func (s *Source) Longest(c Case) (most Longest) {
	m, err := s.kind.maker(c)
	if err != nil {
		return Longest{}
	}
	look := func(n number) {
		input, output, err := m.length(n)
		if err != nil || input+output <= most.Total() {
			return
		}
		most = Longest{Type: s.spec.Type, Input: input, Output: output}
		if mixed, ok := m.(*mixMaker); ok {
			of, _ := mixed.place(n)
			most.Type, most.Scenario = mixed.scenarios[of].Dataset.Type, mixed.scenarios[of].Name
		}
	}
	for i := range sessionsOf(m, &c) {
		look(number{i: i})
	}
	for i := range c.Warmups {
		look(number{i, true})
	}
	return most
}
