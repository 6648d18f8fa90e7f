#!/usr/bin/env bash
# `make demo`: one file in, a chatting bot out, changed, and gone again, on a local AWS that checks
# signatures and IAM. Takes the botctl executable; leaves no process and no file behind.
set -euo pipefail

botctl=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/botctl-demo.XXXXXX")
server=
began=$SECONDS

bold='' plain='' dim=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi

finish() {
    status=$?
    trap - EXIT INT TERM
    if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    if [ $status -ne 0 ] && [ -s "$work/local.log" ]; then
        printf '\nThe demo failed. The local AWS said:\n' >&2
        tail -n 20 "$work/local.log" >&2
    fi
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
run() {
    printf '%s$ botctl %s%s\n' "$dim" "$*" "$plain"
    "$botctl" "$@"
}
botctl_url() { "$botctl" outputs --json | sed -n 's/.*"chatUrl" : "\(.*\)".*/\1/p'; }
expect() {
    wanted=$1
    shift
    code=0
    run "$@" || code=$?
    [ "$code" -eq "$wanted" ] || { printf 'botctl %s: exit %s, not %s\n' "$*" "$code" "$wanted" >&2; exit 1; }
}

step "1/11  A local AWS: MiniStack with signature and IAM checks, and a stand-in for Bedrock"
# The model fails half of the time, always the same half: of the questions below only one meets it.
"$botctl" local -C "$root" --write-env "$work/env" --faults throttle=0.5 --seed 4297 >"$work/local.log" 2>&1 &
server=$!
for _ in $(seq 600); do
    [ -s "$work/env" ] && break
    kill -0 "$server" 2>/dev/null || exit 1
    sleep 0.1
done
[ -s "$work/env" ] || exit 1
. "$work/env"
echo "listening on $AWS_ENDPOINT_URL; deploying as the IAM user whose key is $AWS_ACCESS_KEY_ID"

step "2/11  A project: the spec, the rules, the handlers"
run init "$work/shop"
cd "$work/shop"
run validate

step "3/11  Deploy it (builds the handlers the first time)"
run deploy --yes

step "4/11  Chat with it"
question="Can I return unused goods for a refund?"
reply=$(run chat --message "$question" 2>&1)
echo "$reply"
grep -qiE 'days|rule' <<<"$reply" || { echo "the reply quotes no rule" >&2; exit 1; }

step "5/11  Word by word, with the rules that it rests on: the frames of a turn"
dim_frames() { sed "s/^/$dim/; s/\$/$plain/"; }
"$root/.venv/bin/python" "$root/Tests/EndToEnd/demo_frames.py" "$(botctl_url)" "$question" | dim_frames

step "6/11  Leave, come back: the chat goes on where it was"
export XDG_STATE_HOME=$work/state
run chat <<<"$question" >/dev/null
reply=$(run chat --resume <<<"And how long does that take?" 2>&1)
echo "$reply"
grep -q "you: $question" <<<"$reply" || { echo "the chat did not go on" >&2; exit 1; }
grep -qE '^ *\[[a-z-]+-[0-9]+\]' <<<"$reply" || { echo "the reply cites no rule" >&2; exit 1; }

step "7/11  Bedrock throttles, and nobody notices; then somebody wants a person"
reply=$(printf 'Do you ship parcels abroad?\n/handoff\n' | run chat 2>&1)
echo "$reply"
grep -qi 'colleague\|person\|touch' <<<"$reply" || { echo "nobody takes over" >&2; exit 1; }
retries() {
    "$root/.venv/bin/python" - "$1" <<'PYTHON'
import os, sys, boto3
logs = boto3.client("logs", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
events = logs.filter_log_events(logGroupName=sys.argv[1])["events"]
lines = [line for event in events for line in event["message"].splitlines() if "is tried again" in line]
print(*lines, sep="\n")
sys.exit(0 if any("ThrottlingException" in line for line in lines) else 1)
PYTHON
}
echo "The function's log has it:"
retries "/aws/lambda/$(basename "$work/shop")-dev-send-message" || { echo "no turn was throttled" >&2; exit 1; }

step "8/11  Nothing differs from what is deployed"
expect 0 diff

step "9/11  Change the prompt: the diff shows it, and exits 2"
sed -i '0,/^\( *\)You are .*/s//&\n\1Greet every customer by saying "ahoy"./' "$(grep -rlE '^ *You are ' botctl.yml prompts 2>/dev/null | head -n 1)"
expect 2 diff

step "10/11  Redeploy: only what changed"
run deploy --yes
expect 0 diff

step "11/11  Tear it down, data included"
run teardown --yes --delete-data

kill -TERM "$server"
wait "$server" || true
left=$(ps -o pid= --sid "$server" --ppid "$server" 2>/dev/null || true)
[ -z "$left" ] || { echo "processes left behind: $left" >&2; exit 1; }
server=
printf '\nDone in %s s. No process left behind.\n' $((SECONDS - began))
