package tokenizer

import (
	"errors"
	"strings"
	"testing"
)

func TestIDs(t *testing.T) {
	tok := load(t, "ids:1000-100000")
	ranged, ok := tok.(interface{ IDRange() (from, to uint32) })
	if !ok {
		t.Fatalf("Load gave a %T", tok)
	}
	if from, to := ranged.IDRange(); from != 1000 || to != 100000 || tok.ID() != "ids:1000-100000" || tok.VocabSize() != 100000 {
		t.Errorf("IDRange = %d, %d; ID %s, VocabSize %d", from, to, tok.ID(), tok.VocabSize())
	}
	if tok.Special(1000) || tok.Special(99999) || !tok.Special(999) || !tok.Special(100000) {
		t.Error("ids outside the range are taken for text, or those within it not")
	}
	_, appendErr := tok.AppendIDs(nil, "a", true)
	_, countErr := tok.Count("a", true)
	_, chatErr := tok.Chat([]Message{{"user", "a"}})
	for _, err := range []error{appendErr, countErr, chatErr} {
		if !errors.Is(err, ErrNoText) || !strings.Contains(err.Error(), "ids:1000-100000 knows no text; use prompt_token_ids: true") {
			t.Errorf("error %v, want ErrNoText", err)
		}
	}
	if load(t, "ids:1000-100001").Hash() == tok.Hash() || load(t, "ids:1000-100000").Hash() != tok.Hash() {
		t.Error("the hash is not the range's")
	}
	for _, spec := range []string{"ids:", "ids:5", "ids:5-5", "ids:7-5", "ids:a-b", "ids:-1-5", "ids:0-99999999", "ids:1-2-3"} {
		if _, err := Load(spec, LoadOptions{}); err == nil || !strings.Contains(err.Error(), "want ids:FROM-TO") {
			t.Errorf("%s: error %v", spec, err)
		}
	}
}

func TestLoadDoesNotMakeServer(t *testing.T) {
	if _, err := Load(Server, LoadOptions{}); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}
