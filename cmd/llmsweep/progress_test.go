package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Rows that are counted within a second are not worth a word; of others there is
// one after a second, and one every ten.
func TestReadingLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		began := time.Now()
		l := newLines(&out, newLive())
		for i := 1; i <= 125; i++ { // five a second
			l.Reading(i, 1000)
			time.Sleep(200 * time.Millisecond)
		}
		l.Reading(0, 0)
		at := func(second time.Duration) string { return began.Add(second * time.Second).Format("15:04:05") }
		want := at(1) + " reading prompts: 6 of 1000 rows\n" + at(11) + " reading prompts: 56 of 1000 rows\n" + at(21) + " reading prompts: 106 of 1000 rows\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}
