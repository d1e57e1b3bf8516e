package runlog

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Every attempt counts, ended or cut off; the time between cases does not.
func TestSpent(t *testing.T) {
	d := openDir(t)
	begin(t, d, Case{Name: "bench_a"}, Case{Name: "bench_b"})
	check(t, d.Close())
	start := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	line := func(minute int, name, status, attempt string) string {
		return `{"case":"` + name + `","hash":"h","status":"` + status + `","attempt":` + attempt + `,"time":"` +
			start.Add(time.Duration(minute)*time.Minute).Format(time.RFC3339) + "\"}\n"
	}
	write(t, filepath.Join(d.Path(), ".run", "journal.jsonl"),
		line(0, "bench_a", StatusStarted, "1")+line(3, "bench_a", StatusMeasured, "1")+ // 3
			line(4, "bench_b", StatusStarted, "1")+line(9, "bench_b", StatusFailed, "1")+ // 5
			line(10, "bench_c", StatusSkipped, "0")+
			line(20, "bench_b", StatusStarted, "2")+ // killed after 7, by its records
			line(100, "bench_b", StatusStarted, "3")) // killed after 2
	for file, minute := range map[string]int{".run/aside/bench_b.attempt2.requests.jsonl": 27, "bench_b.requests.jsonl": 102} {
		path := filepath.Join(d.Path(), file)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		write(t, path, "{}\n")
		at := start.Add(time.Duration(minute) * time.Minute)
		check(t, os.Chtimes(path, at, at))
	}
	d, err := Open(d.Path())
	check(t, err)
	defer d.Close()
	if spent, err := d.Spent(); err != nil || spent != 17*time.Minute {
		t.Errorf("spent %v, %v; want 3 + 5 + 7 + 2 min", spent, err)
	}
}
