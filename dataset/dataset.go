// Package dataset makes the requests of a case: prompts of exact length, drawn
// from a named source by a seed, in sessions that the load generator walks.
//
// In: a source's config, lengths in tokens, a tokenizer, a seed.
// Out: Sessions. The same config and seed give the same bytes on every machine.
package dataset

import (
	"time"

	"llmsweep/tokenizer"
)

// A Request asks the server for one completion.
type Request struct {
	ID       string // unique within a run; sent as X-Request-Id
	Session  string // sessions of more than one turn share it, and a connection while they last; "" = a session of one
	Last     bool   // the session's last request: its connection is anyone's after it
	Scenario string // which part of a mixed dataset it belongs to; "" = the only one
	Warmup   bool   // sent before the measured requests, and never measured

	Prompt       string     // of a completion, or the one user message of a chat
	PromptIDs    []uint32   // in place of Prompt, for completions: token ids, to which the server adds nothing
	Messages     []Message  // in place of Prompt, for chat: all of a conversation up to the turn that is asked
	Images       []string   // data URLs, sent as image_url parts after the text of the last message
	InputLen     int        // tokens asked for: what the server should count, special tokens and chat template included; 0 = unknown
	PromptTokens int        // the client's own count of the prompt as sent; 0 = not counted
	count        func() int // counts it once the answer has come, in place of PromptTokens; nil = no need
	MaxTokens    int        // output length asked for, tokens; 0 = the server's own end

	Model string         // that it is for, by the server's name for it; "" = the config's
	Extra map[string]any // body fields of this request alone; merged after the config's

	Prepared any // what a backend made of it ahead, so as to send it at once; nil = nothing, and its own to know
}

// A Message is one turn of a chat.
type Message = tokenizer.Message

// Counted is r with its prompt counted, where that was put off so as not to hold
// up the send: the history of a conversation takes a ms or so.
func (r Request) Counted() Request {
	if r.count != nil {
		r.PromptTokens, r.count = r.count(), nil
	}
	return r
}

// A Session is a conversation of one or more requests, in order. Next is given
// the server's answer to the request before (empty at first) and returns the
// next request and how long the user thinks before it is due; ok is false after
// the last one. A session is walked by one goroutine at a time.
type Session struct {
	Requests int // how many there are, if none fails; 0 = 1
	Next     func(answer string) (req Request, think time.Duration, ok bool)
}

// Single is a session of one request.
func Single(r Request) Session {
	done := false
	return Session{Next: func(string) (Request, time.Duration, bool) {
		if done {
			return Request{}, 0, false
		}
		done = true
		return r, 0, true
	}}
}

// Key tells prompts apart: FNV-1a, 64 bits, of all that the server is asked to
// read. Of a million prompts two share one by chance once in 30 million runs.
func (r *Request) Key() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	add := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * prime
		}
	}
	add(r.Prompt)
	for _, id := range r.PromptIDs {
		for range 4 {
			h = (h ^ uint64(id&0xff)) * prime
			id >>= 8
		}
	}
	for _, m := range r.Messages {
		add(m.Role)
		add("\x00")
		add(m.Content)
		add("\x00")
	}
	for _, u := range r.Images {
		add(u)
	}
	return h
}
