package conf

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// A config of nobody's: what reads it needs no key of a sweep.
type oven struct {
	name   string
	mode   string
	light  bool
	trays  int
	heat   float64
	stages []float64
	bake   time.Duration
	notes  map[string]string
	free   any
}

func (o *oven) fields() []Field {
	return []Field{
		Key("name", ReadText(&o.name, func(s string) (string, bool) { return "; it has a hint", s != "bad" }, "a name")),
		Key("mode", ReadOneOf(&o.mode, "grill", "fan")),
		Key("door", ReadNested(
			Key("light", ReadFlag(&o.light)),
			Key("trays", ReadWhole(&o.trays, 1, 6)),
		)),
		Key("heat", ReadNumber(&o.heat, func(x float64) bool { return x > 0 }, "degrees above 0")),
		Key("stages", ReadNumbers(&o.stages, "degrees", true, Number)),
		Key("bake", ReadDuration(&o.bake)),
		Key("notes", func(r *Reader, key string, v *Value) {
			o.notes, _ = r.Words(key, v, func(Entry, string) bool { return true })
		}),
		Key("free", func(r *Reader, key string, v *Value) { o.free = r.Free(key, v, false) }),
	}
}

// read fills an oven from a text; $NAME of the test's is SET.
func read(t *testing.T, text string) (o oven, faults Faults) {
	t.Helper()
	lookup := func(name string) (string, bool) { return "fan", name == "SET" }
	root, faults := Document{File: "oven.yaml", Text: []byte(text), InFile: true, Lookup: lookup,
		Later: func(key string) bool { return key == "notes.later" }}.Parse()
	if root == nil {
		return o, faults
	}
	r := &Reader{Faults: faults, Unknown: func(written, path string, known []string) string {
		return "unknown in " + path + ", known are " + strings.Join(known, " ")
	}}
	r.Mapping(root, "", o.fields())
	r.RequireKey(root, "name", "a name")
	return o, r.Faults.Sort()
}

func TestReader(t *testing.T) {
	o, faults := read(t, `
name: Aga
mode: ${SET}
door: {light: true, trays: 3}
heat: 180.5
stages: [200, 1e2]
bake: 90
notes: {sha: 0123456, later: '${SET}'}
free: [1, 2.5, {a: null}]
`)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if o.name != "Aga" || o.mode != "fan" || !o.light || o.trays != 3 || o.heat != 180.5 || o.bake != 90*time.Second ||
		!slices.Equal(o.stages, []float64{200, 100}) || !maps.Equal(o.notes, map[string]string{"sha": "0123456", "later": "${SET}"}) {
		t.Errorf("read %+v", o)
	}
	list, _ := o.free.([]any)
	if len(list) != 3 || list[0] != int64(1) || list[1] != 2.5 {
		t.Errorf("free %#v", o.free)
	}
}

// All faults at once, in the order of the file, each with its place.
func TestReaderFaults(t *testing.T) {
	_, faults := read(t, `name:
mode: boil
door: {light: "true", trays: 7, tray: 1}
heat: ${NONE}
stages: [1, x, 1]
bake: soon
door: {}
`)
	want := strings.Join([]string{
		"oven.yaml:1:1: name: empty, want a name",
		"oven.yaml:2:7: mode: boil, want grill or fan",
		`oven.yaml:3:15: door.light: "true", want true or false; remove the quotes`,
		"oven.yaml:3:30: door.trays: 7, want a whole number above 0, at most 6",
		"oven.yaml:3:33: door.tray: unknown in door, known are light trays",
		"oven.yaml:4:7: heat: ${NONE} is not set; set it in the environment, or write ${NONE:-default}",
		"oven.yaml:5:13: stages[1]: x, want degrees",
		"oven.yaml:5:16: stages[2]: 1, want each value once (it is on line 5 already)",
		"oven.yaml:6:7: bake: soon, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds",
		"oven.yaml:7:1: door: written twice, first on line 3; keep one",
	}, "\n")
	if got := faults.Error(); got != want {
		t.Errorf("faults:\n%s\nwant:\n%s", got, want)
	}
}
