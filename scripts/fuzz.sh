#!/usr/bin/env bash
# Runs every fuzz target for a time: scripts/fuzz.sh [FUZZTIME]
#
# Go's fuzzing coordinator now and then takes the end of its own -fuzztime for a
# failure ("context deadline exceeded", https://go.dev/issue/75804): its context
# has ended a moment before that of its workers, which it compares. Only that
# ending, with no failing input, has the target run anew, whole; a target that
# ends so three times, and every other failure, is a failure.
set -euo pipefail
go=${GO:-go}
fuzztime=${1:-30s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# end_of_time: the log's failure is the bare end of the fuzzing time. The
# coordinator's error is the only line of the failure, right below its name.
end_of_time() {
  ! grep -q -e 'Failing input written' -e '^panic' -e 'fuzzing process' "$log" &&
    [ "$(grep -A2 '^--- FAIL: Fuzz' "$log" | tr -s ' \n' ' ' | sed 's/ ([0-9.]*s)//')" = "--- FAIL: $1 context deadline exceeded FAIL " ]
}

failed=()
for pkg in $("$go" list ./...); do
  for target in $("$go" test -list '^Fuzz' "$pkg" | grep '^Fuzz' || true); do
    for try in 1 2 3; do
      echo "fuzz $pkg $target $fuzztime"
      if "$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" -fuzzminimizetime 10x "$pkg" 2>&1 | tee "$log"; then
        break
      fi
      if [ "$try" = 3 ] || ! end_of_time "$target"; then
        failed+=("$pkg $target")
        break
      fi
      echo "$target met no failing input: Go took the end of its time for a failure (go.dev/issue/75804); once more"
    done
  done
done
if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}"
  exit 1
fi
