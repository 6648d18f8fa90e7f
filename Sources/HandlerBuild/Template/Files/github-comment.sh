#!/usr/bin/env bash
# comment.sh FILE: writes the file into the pull request's one comment that begins with the file's first line, a new
# one if there is none. Only comments of the workflow itself count: anybody can write such a line.
set -euo pipefail

file=$1
marker=$(head -n 1 "$file")
api=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues

call() {
    curl --fail-with-body --silent --show-error --retry 3 \
        --header "Authorization: Bearer $GH_TOKEN" \
        --header "Accept: application/vnd.github+json" \
        --header "X-GitHub-Api-Version: 2022-11-28" "$@"
}

id=
page=1
while :; do
    comments=$(call "$api/$PULL_REQUEST/comments?per_page=100&page=$page")
    id=$(jq -r --arg marker "$marker" \
        '[.[] | select(.user.login == "github-actions[bot]" and (.body | startswith($marker)))][0].id // empty' \
        <<<"$comments")
    if [ -n "$id" ] || [ "$(jq length <<<"$comments")" -lt 100 ]; then break; fi
    page=$((page + 1))
done

# GitHub takes 65,536 characters.
body=$(jq --raw-input --slurp '{body: (if length > 65536 then .[0:65500] + "\n…\n" else . end)}' "$file")
if [ -n "$id" ]; then
    call --request PATCH "$api/comments/$id" --data @- <<<"$body" >/dev/null
else
    call --request POST "$api/$PULL_REQUEST/comments" --data @- <<<"$body" >/dev/null
fi
