package main

import (
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// scrape is the page of metrics, parsed.
func scrape(t *testing.T, url string) map[string]*dto.MetricFamily {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	page, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// value is the sum of a family over all its labels: of a histogram, its count.
func value(f *dto.MetricFamily) (sum float64) {
	for _, m := range f.GetMetric() {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return sum
}

// TestMetricsWhileItRuns scrapes a run at work; when it has ended nobody listens.
func TestMetricsWhileItRuns(t *testing.T) {
	t.Parallel()
	url, _ := smallSimulator(t, "--model", "m", "--ttft", "20ms", "--itl", "10ms")
	dir := t.TempDir()
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[16, 10]]\nconcurrency_prompts: [[2, 4], [3, 5000]]\nwarmup: 0\nduration: 60s\n", url)
	cmd, stdout, stderr := startRun(t, dir, "--json", "--metrics-addr", "127.0.0.1:0")
	var page string
	seen := false
	all := readEvents(t, stdout, func(e anEvent) {
		if e.Event == "sweep_started" {
			page = e.MetricsURL
		}
		if e.Event != "progress" || e.Case != "bench_io16x10_mc3_np5000" || e.Ended < 3 || seen {
			return
		}
		m := scrape(t, page)
		seen = true
		for name, least := range map[string]float64{
			"cases_planned": 2, "cases_to_run": 2, "cases_total": 1, "requests_total": float64(e.Ended), "case_requests_planned": 5000,
			"output_tokens_total": float64(e.OutputTokens), "ttft_seconds": float64(e.Completed), "tpot_seconds": float64(e.Completed),
			"e2el_seconds": float64(e.Completed), "case_info": 1, "sweep_eta_seconds": 0.01, "sweep_elapsed_seconds": 0.01,
		} {
			if got, ok := m["llmsweep_"+name]; !ok || value(got) < least {
				t.Errorf("llmsweep_%s %v, want at least %v", name, got, least)
			}
		}
		if n := value(m["llmsweep_requests_in_flight"]); n < 1 || n > 3 {
			t.Errorf("%v requests in flight, want 1 to 3", n)
		}
		cmd.Process.Signal(os.Interrupt)
	})
	cmd.Wait()
	if !seen || cmd.ProcessState.ExitCode() != exitInterrupted {
		t.Fatalf("never scraped, or not interrupted: %v\n%s", cmd.ProcessState, stderr)
	}
	if last := all[len(all)-1]; last.Event != "sweep_ended" || last.ExitStatus != exitInterrupted || last.CasesInterrupted != 1 {
		t.Errorf("the last event is %+v", last)
	}
	if resp, err := http.Get(page); err == nil {
		resp.Body.Close()
		t.Error("somebody serves metrics after the run")
	}
}

// TestMetricsOfASweep: when all has ended, the page agrees with the cases' results.
func TestMetricsOfASweep(t *testing.T) {
	l := newLive()
	x, err := newExporter("127.0.0.1:0", l)
	if err != nil {
		t.Fatal(err)
	}
	defer x.close()
	p := several{l, x}
	one := plan.Case{Config: &plan.Config{Model: "m"}, Case: runlog.Case{Name: "bench_a", Axes: runlog.Axes{InputLen: 16, RequestRate: 4}}, MaxConcurrency: 4, NumPrompts: 10}
	two := one
	two.Name = "bench_b"
	if eta := value(scrape(t, x.url)["llmsweep_sweep_eta_seconds"]); !math.IsNaN(eta) {
		t.Errorf("before the sweep %v s to go, want NaN", eta)
	}
	p.SweepStarted([]plan.Case{one, two}, 3)
	for _, c := range []struct {
		pc      plan.Case
		verdict string
	}{{one, "valid"}, {two, "suspect"}} {
		p.CaseStarted(c.pc)
		p.RequestEnded(&metrics.Record{Warmup: true})
		p.RequestEnded(answered(7))
		p.RequestEnded(answered(8))
		p.RequestEnded(&metrics.Record{ErrorClass: "reset"})
		p.RequestEnded(&metrics.Record{Censored: true})
		if c.pc.Name == two.Name {
			p.RequestEnded(&metrics.Record{ErrorClass: "http_5xx"})
			info := scrape(t, x.url)["llmsweep_case_info"].GetMetric()
			if len(info) != 1 || labels(info[0])["case"] != "bench_b" || labels(info[0])["model"] != "m" || labels(info[0])["input_len"] != "16" || labels(info[0])["request_rate"] != "4" {
				t.Errorf("the case at work is %v", info)
			}
		}
		p.CaseEnded(c.pc, &sweep.Result{Status: runlog.StatusMeasured, Summary: metrics.Summary{Validity: metrics.Validity{Verdict: c.verdict}}})
	}
	p.SweepEnded()
	page := scrape(t, x.url)
	for name := range page {
		if !strings.Contains(eventsDoc(t), name) {
			t.Errorf("docs/events.md says nothing of %s", name)
		}
	}
	for _, tt := range []struct {
		name, label, is string
		want            float64
	}{
		{"cases_to_run", "", "", 2},
		{"cases_planned", "", "", 3},
		{"cases_total", "validity", "valid", 1},
		{"cases_total", "status", "measured", 2},
		{"requests_total", "outcome", "completed", 4},
		{"requests_total", "outcome", "failed", 3},
		{"requests_total", "outcome", "censored", 2},
		{"errors_total", "class", "reset", 2},
		{"errors_total", "class", "http_5xx", 1},
		{"warmup_requests_total", "", "", 2},
		{"output_tokens_total", "", "", 30},
		{"ttft_seconds", "", "", 4},
		{"tpot_seconds", "", "", 4},
		{"e2el_seconds", "", "", 4},
		{"requests_in_flight", "", "", 0},
		{"sweep_eta_seconds", "", "", 0},
	} {
		family := page["llmsweep_"+tt.name]
		if tt.label != "" {
			family = &dto.MetricFamily{Metric: with(family.GetMetric(), tt.label, tt.is)}
		}
		if got := value(family); got != tt.want || len(family.GetMetric()) == 0 {
			t.Errorf("llmsweep_%s{%s=%q} = %v, want %v", tt.name, tt.label, tt.is, got, tt.want)
		}
	}
	if sum := page["llmsweep_ttft_seconds"].GetMetric()[0].GetHistogram().GetSampleSum(); sum < 0.3999 || sum > 0.4001 {
		t.Errorf("TTFTs sum up to %v s, want 4 × 0.1", sum)
	}
	if len(page["llmsweep_case_info"].GetMetric()) != 0 {
		t.Error("a case is at work after the sweep")
	}
}

func labels(m *dto.Metric) map[string]string {
	of := map[string]string{}
	for _, l := range m.GetLabel() {
		of[l.GetName()] = l.GetValue()
	}
	return of
}

func with(all []*dto.Metric, label, is string) (some []*dto.Metric) {
	for _, m := range all {
		if labels(m)[label] == is {
			some = append(some, m)
		}
	}
	return some
}

// TestMetricsAddressInUse: it is known before anything is sent or moved.
func TestMetricsAddressInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := countingServer{}
	dir := t.TempDir()
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[16, 4]]\nconcurrency_prompts: [[2, 5]]\n", s.serve(t, smallPath(t)))
	addr := l.Addr().String()
	_, stderr := sweepIn(t, dir, exitUsage, "--metrics-addr", addr)
	if !strings.HasPrefix(stderr, "--metrics-addr "+addr+": ") || !strings.Contains(stderr, "address already in use") {
		t.Errorf("stderr: %s", stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "results")); err == nil || len(s.asked) > 0 {
		t.Errorf("%d requests sent, results folder: %v; want neither", len(s.asked), err)
	}
}
