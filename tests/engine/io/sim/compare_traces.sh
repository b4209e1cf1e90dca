#!/bin/sh
# Usage: compare_traces.sh PROGRAM [OTHER]
# Fails unless two processes, of one build or of two, print the same traces. The second one gets
# another environment, and so other addresses.
set -eu
first=$("$1")
second=$(env MOVES_THE_STACK="$(printf '%04000d' 0)" "${2:-$1}")
printf '%s\n' "$first"
[ -n "$first" ] && [ "$first" = "$second" ]
