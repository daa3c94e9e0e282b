#!/usr/bin/env bash
# Proves the first command on bare systems: in a root file system of each Debian named (by default 12 and 13), with nothing in it but
# ca-certificates and this machine's .NET SDK, `./flts run --exit` of the last commit must end with a served model, and `./flts test --fast`
# must pass.
#
#   deploy/bare-debian.sh [SUITE...]            for instance: deploy/bare-debian.sh bookworm
#
# Needs root, mmdebstrap, unshare, git, a network, and 4 GB for temporary files a system. What it makes and starts ends with it.
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suites=("$@")
((${#suites[@]})) || suites=(bookworm trixie)
for program in mmdebstrap unshare git dotnet; do
  command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 3; }
done
[[ $(id -u) == 0 ]] || { echo "this makes root file systems: run it as root" >&2; exit 3; }
sdk=$(dotnet --list-sdks | sed -nE 's|^10\..* \[(.*)/sdk\]$|\1|p' | tail -n 1)
[[ -n $sdk ]] || { echo "missing: the .NET SDK 10" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

# The system's own mirrors, for another suite; without such a file mmdebstrap's.
sources() {
  local own=/etc/apt/sources.list.d/debian.sources
  [[ ! -f $own ]] || sed -E "s/^(Suites:).*updates.*/\1 $1 $1-updates/; s/^(Suites:).*-security.*/\1 $1-security/" "$own" >"$work/$1.sources"
  [[ ! -f $own ]] || echo "$work/$1.sources"
}

# In namespaces of its own: mounts and processes end with the command.
inside() {
  local system=$1 kept=()
  shift
  for name in http_proxy https_proxy no_proxy NUGET_CERT_REVOCATION_MODE; do
    [[ -z ${!name:-} ]] || kept+=("$name=${!name}")
  done
  unshare --mount --pid --fork --kill-child bash -euc '
    system=$1 sdk=$2; shift 2
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    mount -t tmpfs tmpfs "$system/run"
    mount --bind "$sdk" "$system/usr/share/dotnet"
    exec chroot "$system" /usr/bin/env -i "$@"' - \
    "$system" "$sdk" HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" \
    bash -c "cd /flts && $*"
}

failed=0
for suite in "${suites[@]}"; do
  system=$work/$suite
  read -r -a mirrors <<<"$(sources "$suite")"
  mmdebstrap --quiet --variant=minbase --include=ca-certificates "$suite" "$system" "${mirrors[@]}"
  # As this machine reaches the network: names, and whom it trusts.
  cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$system/etc/ssl/certs/ca-certificates.crt"
  mkdir -p "$system/usr/share/dotnet" "$system/flts"
  ln -s ../share/dotnet/dotnet "$system/usr/bin/dotnet"
  git -C "$root" archive HEAD | tar -x -C "$system/flts"

  began=$SECONDS status=0
  inside "$system" ./flts run --exit >"$work/$suite.log" 2>&1 || status=$?
  [[ $status != 0 ]] || inside "$system" ./flts doctor >"$work/$suite.doctor" 2>&1 || status=$?
  if [[ $status == 0 ]]; then
    echo "$suite: ./flts run --exit ended with a served model after $((SECONDS - began)) s, and the doctor finds everything well"
    began=$SECONDS
    inside "$system" ./flts test --fast >"$work/$suite.log" 2>&1 || status=$?
    echo "$suite: ./flts test --fast, $((SECONDS - began)) s: $(grep -E '^[0-9]+ passed, ' "$work/$suite.log" || echo "no result")"
  fi
  if [[ $status != 0 ]]; then
    echo "$suite: FAILED (exit $status); the last lines:" >&2
    tail -n 25 "$work/$suite.log" "$work/$suite.doctor" >&2 2>/dev/null || true
    failed=1
  fi
  rm -rf --one-file-system "$system"
done
exit "$failed"
