package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/plan"
	"llmsweep/tokenizer"
)

// An inputSet is the inputs of a plan: one for all cases whose prompts are made
// from the same dataset, by the same tokenizer, for the same server.
type inputSet struct {
	list  []*inputs
	byKey map[string]*inputs
	keys  map[*plan.Config]string
}

// newInputSet sorts the plan's cases by their inputs. Each tokenizer is loaded
// once, and each note said once, however many inputs ask for it.
func newInputSet(planned []plan.Case, getenv func(string) string, progress Progress) *inputSet {
	s := &inputSet{byKey: map[string]*inputs{}, keys: map[*plan.Config]string{}}
	load, once := loadOnce(getenv), onceEach{progress, map[string]bool{}}
	for _, pc := range planned {
		key := s.key(pc.Config)
		if s.byKey[key] == nil {
			s.byKey[key] = &inputs{config: pc.Config, load: load, progress: once}
			s.list = append(s.list, s.byKey[key])
		}
	}
	s.plan(planned)
	return s
}

// plan gives all inputs their cases of a plan. A dataset's rows are dealt out over
// all cases that one server gets, whatever else differs, so that none of its
// prompts is in a cache already.
func (s *inputSet) plan(planned []plan.Case) {
	own, sharing := map[*inputs][]plan.Case{}, map[string][]plan.Case{}
	for _, pc := range planned {
		in := s.of(pc.Config)
		own[in] = append(own[in], pc)
		sharing[in.rowsKey()] = append(sharing[in.rowsKey()], pc)
	}
	for _, in := range s.list {
		in.plan, in.dealt = own[in], sharing[in.rowsKey()]
	}
}

// add gives a case that was not planned its prompts: rows that are left over. The
// other cases keep theirs.
func (s *inputSet) add(pc plan.Case) {
	own := s.of(pc.Config)
	own.plan = append(own.plan, pc)
	for _, in := range s.list {
		if in.rowsKey() != own.rowsKey() {
			continue
		}
		in.added = append(in.added, pc)
		if in.fitted { // else it is dealt with the others
			in.source.Add(in.config.Seed, datasetCase(pc.Config, &pc))
		}
	}
}

// of is the inputs of a case.
func (s *inputSet) of(c *plan.Config) *inputs { return s.byKey[s.key(c)] }

// key tells inputs apart: it is all of a config that their methods look at.
func (s *inputSet) key(c *plan.Config) string {
	key, known := s.keys[c]
	if !known {
		args, _ := json.Marshal(templateArgs(c)) // was read as JSON has it
		key = fmt.Sprintf("%q", []string{
			specKey(&c.Dataset), c.Tokenizer, c.Backend, c.Endpoint, c.BaseURL, c.Model, c.APIKeyEnv,
			c.PromptOverhead, fmt.Sprint(c.PromptTokenIDs), string(args), c.Server.Launch, c.Server.Name,
		})
		s.keys[c] = key
	}
	return key
}

// rowsKey is equal for inputs whose prompts could meet in one cache: those of a
// dataset at one address. Servers that the run starts are others by their names,
// wherever they listen: each begins with an empty cache.
func (in *inputs) rowsKey() string {
	c := in.config
	key := specKey(&c.Dataset) + " " + strings.TrimSuffix(strings.TrimSuffix(c.BaseURL, "/"), "/v1")
	if c.Server.Launch != "" {
		key += " " + c.Server.Name
	}
	return key
}

// each calls f for all inputs; all that is wrong is told, each thing once.
func (s *inputSet) each(f func(*inputs) error) error {
	var errs []error
	said := map[string]bool{}
	for _, in := range s.list {
		if err := f(in); err != nil && !said[err.Error()] {
			said[err.Error()] = true
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// read reads the datasets' files and the tokenizers.
func (s *inputSet) read(ctx context.Context) error {
	return s.each(func(in *inputs) error { return in.read(ctx) })
}

// ask asks the servers, to which connect makes a client, for what only they know.
// Those that the run starts itself are asked when they are up.
func (s *inputSet) ask(ctx context.Context, connect func(*plan.Config) (server *client.Client, base string, err error)) error {
	return s.each(func(in *inputs) error {
		if in.config.Server.Launch != "" {
			return nil
		}
		return s.askOne(ctx, in, connect)
	})
}

func (s *inputSet) askOne(ctx context.Context, in *inputs, connect func(*plan.Config) (server *client.Client, base string, err error)) error {
	server, base, err := connect(in.config)
	if err != nil {
		return err
	}
	err = in.ask(ctx, server, base)
	if in.server != server {
		server.Close()
	}
	in.asked = err == nil
	return err
}

// absent is why a tokenizer that a server is to stand in for is not here; nil =
// all are.
func (s *inputSet) absent() error {
	for _, in := range s.list {
		if in.absent != nil {
			return in.absent
		}
	}
	return nil
}

func (s *inputSet) close() {
	for _, in := range s.list {
		in.close()
	}
}

// loadOnce loads each tokenizer once.
func loadOnce(getenv func(string) string) func(name string) (tokenizer.Tokenizer, error) {
	loaded := map[string]tokenizer.Tokenizer{}
	return func(name string) (tokenizer.Tokenizer, error) {
		if tok := loaded[name]; tok != nil {
			return tok, nil
		}
		tok, err := tokenizer.Load(name, tokenizer.LoadOptions{Getenv: getenv})
		if err == nil {
			loaded[name] = tok
		}
		return tok, err
	}
}

// onceEach says each note once.
type onceEach struct {
	Progress
	said map[string]bool
}

func (o onceEach) Note(text string) {
	if o.first(text) {
		o.Progress.Note(text)
	}
}

func (o onceEach) Warn(text string) {
	if o.first(text) {
		o.Progress.Warn(text)
	}
}

func (o onceEach) first(text string) bool {
	said := o.said[text]
	o.said[text] = true
	return !said
}

// specKey tells datasets apart.
func specKey(s *dataset.Spec) string {
	key, err := json.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%+v", *s)
	}
	return string(key)
}
