package httpload

import (
	"testing"
	"time"
)

func TestParseCount(t *testing.T) {
	for s, want := range map[string]int{"10": 10, "1k": 1000, "2K": 2000, "1M": 1_000_000, "1g": 1_000_000_000} {
		if got, err := ParseCount(s); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "k", "1.5k", "-1", "1kk", "10x", "9G"} {
		if got, err := ParseCount(s); err == nil {
			t.Errorf("%q: %d, want an error", s, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"10": 10 * time.Second, "10s": 10 * time.Second, "2m": 2 * time.Minute, "1H": time.Hour, "500ms": 500 * time.Millisecond, "1m30s": 90 * time.Second,
	} {
		if got, err := ParseTime(s); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "s", "-1s", "10x", "1 s"} {
		if got, err := ParseTime(s); err == nil {
			t.Errorf("%q: %v, want an error", s, got)
		}
	}
}

// The values are by wrk's units.c: a unit begins at 85 % of its scale.
func TestFormats(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{formatMicros(0), "0.00us"}, {formatMicros(849), "849.00us"}, {formatMicros(850), "0.85ms"},
		{formatMicros(51_310), "51.31ms"}, {formatMicros(999_999), "1000.00ms"}, {formatMicros(3_620_000), "3.62s"},
		{formatMicros(50_900_000), "50.90s"}, {formatMicros(60_060_000), "1.00m"},
		{formatMetric(849), "849.00"}, {formatMetric(970), "0.97k"}, {formatMetric(21_010), "21.01k"},
		{formatBytes(291_942), "285.10K"}, {formatBytes(1_226_834), "1.17M"}, {formatBytes(100), "100.00"},
		{formatSpan(10 * time.Second), "10s"}, {formatSpan(time.Minute), "1m"}, {formatSpan(50 * time.Second), "50s"},
		{formatSpan(400 * time.Millisecond), "400ms"},
		{figure(36.6), "36.60"}, {figure(999.994), "999.99"}, {figure(1000), "1,000"}, {figure(18793.81), "18,800"}, {figure(1_234_567), "1,230,000"},
		{perSec(36.6), "36.60 requests/s"}, {perSec(18793.81), "about 18,800 requests/s"},
		{column("3.07s", 8), "  3.07s "}, {column("38.32ms", 10), "   38.32ms"}, {column("6.34", 8), "  6.34  "},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
