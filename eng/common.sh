# Shared by the launcher's parts; sourced, never run. Messages go to stderr: stdout belongs to the command.

say() { printf '%s\n' "flts: $*" >&2; }

# die CODE SENTENCE...
die() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}

# One line for people who must install something themselves; exit code 3 means just that.
ask_for_packages() {
  if command -v apt-get >/dev/null 2>&1; then
    die 3 "missing: $*. Run this once, then try again:  sudo apt-get install -y --no-install-recommends $*"
  fi
  die 3 "missing: $* (names of Debian's packages). Install your system's equivalents, then try again."
}

# install_packages WHY PACKAGE...: by name from the distribution, as root only, without starting any service.
install_packages() {
  local why=$1
  shift
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null 2>&1; then
    ask_for_packages "$@"
  fi
  say "Installing $* ($why; once)..."
  local log policy=/usr/sbin/policy-rc.d made_policy=
  log=$(mktemp)
  # Servers come as programs, not as services: Debian asks this file before it starts one.
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made_policy=yes
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y -o DPkg::Lock::Timeout=300)
  local ok=yes
  if ! "${apt[@]}" install --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
    # No package lists yet, or stale ones.
    "${apt[@]}" update >>"$log" 2>&1 </dev/null || true
    "${apt[@]}" install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null || ok=
  fi
  [[ -z $made_policy ]] || rm -f "$policy"
  if [[ -z $ok ]]; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    die 3 "apt-get could not install $*; its last lines are above."
  fi
  rm -f "$log"
}

# with_lock FILE COMMAND...: one at a time where the system has flock (Linux), unguarded elsewhere.
with_lock() {
  local lock=$1
  shift
  mkdir -p "$(dirname "$lock")"
  if command -v flock >/dev/null 2>&1; then
    (
      flock 9
      "$@" 9>&-
    ) 9>"$lock"
  else
    "$@"
  fi
}
