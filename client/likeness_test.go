package client

import (
	"reflect"
	"testing"
)

// Whether or not an event is taken by its likeness to the one before, it says the
// same.
func FuzzLikeness(f *testing.F) {
	const a = `{"id":"x","choices":[{"index":0,"text":" a","finish_reason":null}],"usage":null}`
	f.Add(a, `{"id":"x","choices":[{"index":0,"text":" other","finish_reason":null}],"usage":null}`)
	f.Add(a, `{"id":"x","choices":[{"index":0,"text":"","finish_reason":null}],"usage":null}`)
	f.Add(a, `{"id":"x","choices":[{"index":0,"text":"\u00e4\"","finish_reason":null}],"usage":null}`)
	f.Add(a, `{"id":"x","choices":[{"index":0,"text":"b","finish_reason":"stop"}],"usage":null}`)
	f.Add(`{"choices":[{"delta":{"reasoning":"r","content":"c"}}]}`, `{"choices":[{"delta":{"reasoning":"r","content":"d"}}]}`)
	f.Add(`{"choices":[{"delta":{"content":"c"}}]}`, `{"choices":[{"delta":{"content":"c"}}]}`)
	f.Add(`{"choices":[{"delta":{"audio":"c"}}]}`, `{"choices":[{"delta":{"audio":"d"}}]}`)
	f.Add(`{"choices":[{"text":"c"}],"text":"c"}`, `{"choices":[{"text":"c"}],"text":"d"}`)
	f.Add(`{"text":[" a"]}`, `{"text":[" other"]}`)
	f.Add(`{"response":"a","done":false}`, `{"response":"b","done":true,"eval_count":3}`)
	f.Add(`{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}`, `{"type":"content_block_delta","delta":{"type":"text_delta","text":"b"}}`)
	f.Add(`{"type":"response.output_text.delta","delta":"a"}`, `{"type":"response.output_text.done","delta":"a"}`)
	f.Add(`{"text":" a","meta_info":{"completion_tokens":1}}`, `{"text":" a b","meta_info":{"completion_tokens":2}}`)
	f.Add(`{"token":{"text":" a","special":false}}`, `{"token":{"text":"</s>","special":true},"details":{"finish_reason":"eos_token"}}`)
	var shapes []*shape
	for _, b := range backends {
		shapes = append(shapes, b.shapes...)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, sh := range shapes {
			compareLikeness(t, sh, first, second)
		}
	})
}

func compareLikeness(t *testing.T, sh *shape, first, second string) {
	t.Helper()
	var told [2]Trace
	for i := range told {
		d := decoder{t: &told[i], shape: sh}
		for n, data := range []string{first, second, first, second, second} {
			if i == 1 {
				d.like = likeness{}
			}
			d.event([]byte(data), false, stamp{at: int64(n + 1), seq: uint32(n)})
		}
		d.finishTrace(true)
		told[i].Err = d.fault
	}
	if !reflect.DeepEqual(told[0], told[1]) {
		t.Errorf("%s: %q, %q:\nby likeness %+v\nwithout     %+v", sh.path, first, second, told[0], told[1])
	}
}

// The seeds of the fuzz test would pass if nothing ever were alike.
func TestLikeness(t *testing.T) {
	var tr Trace
	d := decoder{t: &tr}
	d.event([]byte(`{"choices":[{"text":"one"}]}`), false, stamp{})
	for _, tt := range []struct {
		data, text string
		ok         bool
	}{
		{`{"choices":[{"text":"other"}]}`, "other", true},
		{`{"choices":[{"text":"ä"}]}`, "ä", true},
		{`{"choices":[{"text":""}]}`, "", false},
		{`{"choices":[{"text":"\n"}]}`, "", false},
		{`{"choices":[{"text":"a","text":"b"}]}`, "", false},
		{`{"choices":[{"text":"a"}],"usage":{}}`, "", false},
		{`{"choices":[{"text":"}]}`, "", false},
		{`{"choices":[{"`, "", false},
		{``, "", false},
	} {
		if text, ok := d.like.text([]byte(tt.data)); string(text) != tt.text || ok != tt.ok {
			t.Errorf("%s: %q, %v; want %q, %v", tt.data, text, ok, tt.text, tt.ok)
		}
	}
}
