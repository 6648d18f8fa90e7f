#!/bin/sh
# Starts a bootstrap in an empty root: nothing but the executable, /proc, /dev and /etc/resolv.conf. It has to ask
# the Lambda Runtime API (a stand-in on loopback) for its first invocation, so it loads, resolves its settings and
# speaks HTTP without a single file of the machine that built it.
#
#   sh Tests/EndToEnd/empty_root.sh BOOTSTRAP [FOLDER]     FOLDER is unpacked beside it, as Lambda does (bot.json, ca.pem)
#
# The environment is what a function of the stack has, with names of nothing. Needs user namespaces, or root.
set -eu
bootstrap=$1
extra=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
python=${BOTCTL_TEST_PYTHON:-python3}

# As root of a user namespace where there are such; the machine's root does without.
if unshare --user --map-root-user true 2>/dev/null; then
    namespace="--user --map-root-user"
elif [ "$(id -u)" -eq 0 ]; then
    namespace=
else
    echo "empty root: this user may not make user namespaces; allow it, or run as root" >&2
    echo "  Debian: sysctl kernel.unprivileged_userns_clone=1" >&2
    echo "  Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0" >&2
    exit 1
fi

work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

mkdir -p "$work/root/proc" "$work/root/dev" "$work/root/etc" "$work/root/var/task"
cp "$bootstrap" "$work/root/var/task/bootstrap"
chmod 755 "$work/root/var/task/bootstrap"
[ -z "$extra" ] || cp -R "$extra/." "$work/root/var/task/"
cp /etc/resolv.conf "$work/root/etc/resolv.conf" 2>/dev/null || : >"$work/root/etc/resolv.conf"

"$python" "$here/runtime_api_once.py" "$work/port" &
server=$!
tries=0
while [ ! -s "$work/port" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "the Runtime API stand-in did not start" >&2; exit 1; }
    sleep 0.05
done

# A namespace of mounts and processes, so that the bind mounts and the bootstrap end with it.
PATH=$PATH:/usr/sbin:/sbin
CHROOT=$(command -v chroot)
export PATH CHROOT ROOT="$work/root" API="127.0.0.1:$(cat "$work/port")"
# shellcheck disable=SC2016,SC2086
timeout 20 unshare $namespace --mount --pid --fork --kill-child sh -c '
    mount -t proc proc "$ROOT/proc"
    mount --rbind /dev "$ROOT/dev"
    exec env -i AWS_LAMBDA_RUNTIME_API="$API" LAMBDA_TASK_ROOT=/var/task AWS_REGION=us-east-2 \
        AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none BOTCTL_HANDLER=disconnect BOTCTL_TABLE=none \
        BOTCTL_PARTITION_KEY=userId BOTCTL_SORT_KEY=sessionId "$CHROOT" "$ROOT" /var/task/bootstrap
' >"$work/log" 2>&1 &
sandbox=$!
if wait "$server"; then
    server=
    kill "$sandbox" 2>/dev/null || true
    echo "empty root: the bootstrap asked for its first invocation"
else
    server=
    kill "$sandbox" 2>/dev/null || true
    echo "empty root: the bootstrap did not reach the Runtime API; it said:" >&2
    cat "$work/log" >&2
    exit 1
fi
