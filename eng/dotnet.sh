# Finds .NET and builds what changed; sourced by the launcher.

# No build servers left idling behind the command's back, and no pipe of ours kept open by them.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# The SDK wants ICU, which a bare system lacks; nothing here depends on a culture, as in the product itself.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}
# Hex: young objects are collected every 32 MB, where the runtime would every 2: a request leaves 6 kB behind, and a collection of what is
# nearly all dead takes as long for little as for much. Only the environment can say it.
export DOTNET_GCgen0size=${DOTNET_GCgen0size:-2000000}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=${DOTNET_CLI_TELEMETRY_OPTOUT:-1}

find_dotnet() {
  local candidate
  DOTNET=
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-/nowhere}/dotnet" "$HOME/.dotnet/dotnet" \
    /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet; do
    if [[ -n $candidate && -x $candidate ]]; then
      DOTNET=$candidate
      return
    fi
  done
  die 3 "the .NET SDK 10 is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0 and put 'dotnet' on the PATH."
}

# Only a build needs the SDK, and asking for it takes time: so not at every start.
require_sdk() {
  local sdks
  sdks=$("$DOTNET" --list-sdks 2>/dev/null | awk '{ print $1 }' | tr '\n' ' ' || true)
  if [[ " $sdks" != *" 10."* ]]; then
    die 3 "FLTS builds with the .NET SDK 10; '$DOTNET' has ${sdks:-no SDK at all}. Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
  fi
}

# A number for the contents of everything a project's build reads: cheaper than asking MSBuild, and unlike file
# times not fooled by a checkout or a deleted file.
source_state() {
  local project folders=(FLTS.Modules FLTS.Host)
  for project in "$@"; do
    [[ $project == FLTS.Host ]] || folders+=("$project")
  done
  (
    cd "$ROOT"
    {
      find "${folders[@]}" \( -name bin -o -name obj -o -name TestResults \) -prune -o -type f -print0 | sort -z
      find . -maxdepth 1 -type f \( -name 'Directory.*' -o -name '*.json' -o -name .editorconfig \
        -o -iname nuget.config \) -print0 | sort -z
    } | xargs -0 cksum | cksum
  )
}

# build_when_changed FOLDER [NAME]: the project NAME (else named as its folder) for Release; quiet when it goes well, the errors when not.
build_when_changed() {
  local folder=$1 name=${2:-$1} output=$ROOT/$1/bin/Release/net10.0
  local state
  state=$(source_state "$folder")
  if [[ -f $output/$name.dll && -f $output/.flts-built && $(<"$output/.flts-built") == "$state" ]]; then
    return 0
  fi
  require_sdk
  if [[ -f $output/$name.dll ]]; then
    say "Building..."
  else
    say "Building (first time takes a minute)..."
  fi
  # One lock for all projects: they share FLTS.Modules' and FLTS.Host's output folders.
  with_lock "$ROOT/FLTS.Host/obj/flts-build.lock" build_project "$folder" "$name"
  printf '%s\n' "$state" >"$output/.flts-built"
}

build_project() {
  local log build
  log=$(mktemp)
  build=("$DOTNET" build "$ROOT/$1/$2.csproj" -c Release --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false)
  # Ahead of time where the compiler for that can be had; what is wrong in the source is wrong without it too.
  if ! "${build[@]}" -p:FltsAheadOfTime=true >"$log" 2>&1 </dev/null \
    && { grep -qE 'error (CS|CA|IDE)' "$log" || ! "${build[@]}" >"$log" 2>&1 </dev/null; }; then
    # MSBuild repeats each error in its summary; the first one comes first.
    { grep -E 'error|warn' "$log" || cat "$log"; } | awk '!seen[$0]++' | head -n 60 >&2
    rm -f "$log"
    die 1 "the build of $2 failed; the errors are above."
  fi
  rm -f "$log"
}
