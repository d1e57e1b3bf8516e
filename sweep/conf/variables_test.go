package conf

import "testing"

func TestExpand(t *testing.T) {
	set := map[string]string{"HOST": "gpu-7", "EMPTY": "", "NESTED": "${HOST}"}
	lookup := func(name string) (string, bool) { text, ok := set[name]; return text, ok }
	for _, tt := range []struct{ text, want, err string }{
		{text: "plain $HOME $$ {x}", want: "plain $HOME $$ {x}"},
		{text: "http://${HOST}:8000", want: "http://gpu-7:8000"},
		{text: "${HOST}${HOST}", want: "gpu-7gpu-7"},
		{text: "${EMPTY}", want: ""},
		{text: "${EMPTY:-x}", want: "x"},
		{text: "${NONE:-a:-b}", want: "a:-b"},
		{text: "${NONE:-}", want: ""},
		{text: "${HOST:-x}", want: "gpu-7"},
		{text: "${NESTED}", want: "${HOST}"}, // a value is not expanded again
		{text: "$${HOST} ${HOST}", want: "${HOST} gpu-7"},
		{text: "$$${HOST}", want: "$${HOST}"},
		{text: "${NONE}", err: "${NONE} is not set; set it in the environment, or write ${NONE:-default}"},
		{text: "${HOST", err: "${ without its }; write $${ for a plain ${"},
		{text: "${}", err: "${ is not followed by a variable's name and }; write $${ for a plain ${"},
		{text: "${1st}", err: "${ is not followed by a variable's name and }; write $${ for a plain ${"},
		{text: "${A:-${B}}", err: "the default of ${A} holds another variable, which is not supported; write it as plain text"},
	} {
		got, err := Expand(tt.text, lookup)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s: %q, %v; want %q, %s", tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestUses(t *testing.T) {
	v, faults := Document{Text: []byte("[{launch: 'serve ${MODEL:-m} $${TP}', env: {A: '${B}'}}]")}.Parse()
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, want := range map[string]bool{"MODEL": true, "B": true, "m": false, "A": false, "C": false} {
		if got := Uses(v, name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
