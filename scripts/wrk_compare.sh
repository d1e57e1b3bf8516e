#!/bin/sh
# Compares `llmsweep http` with wrk on this machine, each in turn against the
# simulator's plain page, which answers with fixed bytes:
#
#   scripts/wrk_compare.sh [ROUNDS] [SECONDS]      (5 rounds of 3 s)
#
# 1. requests/s at 50 connections, no delay: the median ratio should be 0.70 or more;
# 2. mean latency at 100 connections and a delay of 50 ms: within 5 % of wrk's.
#
# Other work on the machine hurts both alike, since the two alternate; the ratios are
# what to look at. It installs nothing, and skips where there is no wrk.
set -eu
rounds=${1:-5}
seconds=${2:-3}
bin=${LLMSWEEP:-$(dirname "$0")/../bin/llmsweep}

if ! command -v wrk >/dev/null; then
	echo "skipped: there is no wrk on the PATH (Debian: apt-get install wrk)"
	exit 0
fi
if [ ! -x "$bin" ]; then
	echo "$bin is missing; run make build first" >&2
	exit 1
fi

dir=$(mktemp -d)
mkfifo "$dir/stdin"
"$bin" simulate --preset fast --exit-with-stdin <"$dir/stdin" >"$dir/sim" 2>"$dir/log" &
sim=$!
exec 9>"$dir/stdin" # the simulator ends when this closes, with this script at the latest
trap 'exec 9>&-; wait "$sim" || true; rm -rf "$dir"' EXIT
while ! grep -q base_url "$dir/sim"; do
	kill -0 "$sim" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
	sleep 0.1
done
url=$(sed 's/.*"base_url":"\([^"]*\)".*/\1/' "$dir/sim")

# load TOOL CONNECTIONS PAGE: mean latency in µs, and requests/s
load() {
	case $1 in
	wrk) wrk -t2 -c"$2" -d"${seconds}s" "$url$3" ;;
	*) "$bin" http -t2 -c"$2" -d"${seconds}s" "$url$3" ;;
	esac | awk '
		$1 == "Latency" && $2 ~ /^[0-9]/ {
			us = $2 + 0
			if ($2 ~ /ms$/) us *= 1000; else if ($2 !~ /us$/) us *= 1000000
		}
		$1 == "Requests/sec:" { rate = $2 }
		END { print us, rate }'
}

# compare NAME COLUMN CONNECTIONS PAGE: a line a round, then the median ratio
compare() {
	echo "$1"
	: >"$dir/ratios"
	for i in $(seq "$rounds"); do
		if [ $((i % 2)) = 1 ]; then
			w=$(load wrk "$3" "$4")
			l=$(load llmsweep "$3" "$4")
		else
			l=$(load llmsweep "$3" "$4")
			w=$(load wrk "$3" "$4")
		fi
		echo "$w $l" | awk -v c="$2" -v i="$i" '{
			printf "  round %d: wrk %9.2f requests/s, mean %9.2f us; llmsweep %9.2f requests/s, mean %9.2f us; ratio %.3f\n", i, $2, $1, $4, $3, $(c + 2) / $c
		}' | tee -a "$dir/ratios"
	done
	awk '{ print $NF }' "$dir/ratios" | sort -n | awk '{ a[NR] = $1 } END { printf "  median ratio %.3f, from %.3f to %.3f\n", NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2, a[1], a[NR] }'
}

compare "requests/s, 50 connections, no delay" 2 50 /sim/plain
compare "mean latency, 100 connections, delay 50 ms" 1 100 "/sim/plain?delay=50ms"
