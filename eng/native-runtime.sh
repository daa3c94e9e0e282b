# Readies the C++ runtime for TorchSharp's native library; sourced by the launcher.
#
# libLibTorchSharp.so wants the version GLIBCXX_3.4.32 of libstdc++ (GCC 13). Debian 12 and its contemporaries carry
# GCC 12's, which lacks exactly one symbol of it: std::ios_base_library_init(), whose whole work is to construct an
# std::ios_base::Init. A small library named libstdc++.so.6 supplies that symbol and hands everything else on to a
# renamed copy of the system's own library. .NET loads libstdc++ itself, so the choice is made before it starts, by
# LD_LIBRARY_PATH. Nothing outside the cache folder is changed.

NEEDED_GLIBCXX=GLIBCXX_3.4.32

system_libstdcxx() {
  local ldconfig
  ldconfig=$(command -v ldconfig || true)
  [[ -n $ldconfig ]] || for ldconfig in /sbin/ldconfig /usr/sbin/ldconfig; do [[ -x $ldconfig ]] && break; done
  [[ -x $ldconfig ]] || return 0
  "$ldconfig" -p | awk '$1 == "libstdc++.so.6" && /x86-64/ { print $NF; exit }'
}

# Prints the folder that must head LD_LIBRARY_PATH; nothing where the system needs none.
native_runtime_folder() {
  [[ $(uname -s) == Linux ]] || return 0
  if [[ $(uname -m) != x86_64 ]]; then
    die 3 "TorchSharp has no native library for Linux on $(uname -m); Linux x64, Windows x64 and macOS arm64 have one."
  fi
  local library
  library=$(system_libstdcxx)
  if [[ -z $library ]]; then
    install_packages "the C++ runtime of TorchSharp" libstdc++6
    library=$(system_libstdcxx)
    [[ -n $library ]] || die 3 "no libstdc++.so.6 found through ldconfig; TorchSharp needs it (glibc 2.34 or newer)."
  fi
  if grep -qaF "$NEEDED_GLIBCXX" "$library"; then
    return 0
  fi
  local version folder
  # Another system library or another recipe is another folder: an upgrade never meets a stale wrapper.
  version=$(cat "$library" "$ROOT/eng/native-runtime.sh" | sha256sum | cut -c1-12)
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/flts/$version
  if [[ ! -f $folder/libstdc++.so.6 ]]; then
    with_lock "${folder%/*}/lock" build_native_runtime "$(readlink -f "$library")" "$folder" || exit
  fi
  printf '%s\n' "$folder"
}

build_native_runtime() {
  local library=$1 folder=$2
  [[ ! -f $folder/libstdc++.so.6 ]] || return 0 # another launcher was faster
  local missing=()
  command -v g++ >/dev/null 2>&1 || missing+=(g++)
  command -v objdump >/dev/null 2>&1 || missing+=(binutils)
  command -v patchelf >/dev/null 2>&1 || missing+=(patchelf)
  if ((${#missing[@]})); then
    install_packages "this system's C++ runtime is older than TorchSharp's native library wants; a private wrapper is built with them" "${missing[@]}"
  fi
  say "This system's C++ runtime has no $NEEDED_GLIBCXX: preparing a private wrapper in $folder (once)..."
  local work=$folder.$$
  rm -rf "$work"
  mkdir -p "$work"
  if ! compile_native_runtime "$library" "$work" >"$work.log" 2>&1; then
    cat "$work.log" >&2
    rm -rf "$work" "$work.log"
    die 3 "the C++ runtime wrapper could not be built; the compiler's words are above."
  fi
  rm -f "$work.log"
  # Renaming is the commit: a launcher killed before it leaves no half-made folder under the final name.
  mv -T "$work" "$folder"
}

compile_native_runtime() {
  local library=$1 work=$2 versions
  cp "$library" "$work/libstdc++-system.so.6" &&
    patchelf --set-soname libstdc++-system.so.6 "$work/libstdc++-system.so.6" || return 1

  versions=$(objdump -p "$library" |
    awk '/^Version definitions:/ { on = 1; next } on && /^$/ { exit } on && $4 ~ /^(GLIBCXX|CXXABI)_/ { print $4 }')
  [[ -n $versions ]] || return 1
  {
    printf '%s {};\n' $versions
    grep -qx GLIBCXX_3.4.31 <<<"$versions" || echo 'GLIBCXX_3.4.31 {};'
    echo "$NEEDED_GLIBCXX { global: _ZSt21ios_base_library_initv; local: *; };"
  } >"$work/versions.map"

  cat >"$work/wrapper.cpp" <<'CPP'
#include <ios>
namespace std {
__attribute__((visibility("default"))) void ios_base_library_init();
void ios_base_library_init() { static ios_base::Init streams; }
}
CPP
  g++ -O2 -fPIC -shared -nodefaultlibs -o "$work/libstdc++.so.6" "$work/wrapper.cpp" \
    -Wl,-soname,libstdc++.so.6 -Wl,--version-script,"$work/versions.map" -Wl,-rpath,'$ORIGIN' \
    -Wl,--no-as-needed "$work/libstdc++-system.so.6" -lc -lgcc || return 1

  # The proof: a program that demands the new version, streams and throws runs on the wrapper.
  cat >"$work/probe.cpp" <<'CPP'
#include <iostream>
#include <stdexcept>
namespace std { void ios_base_library_init(); }
int main() {
  std::ios_base_library_init();
  try { throw std::runtime_error("works"); } catch (const std::exception &e) { std::cout << e.what() << std::endl; }
}
CPP
  g++ -O2 -nodefaultlibs -o "$work/probe" "$work/probe.cpp" \
    "$work/libstdc++.so.6" "$work/libstdc++-system.so.6" -lm -lgcc_s -lc -lgcc || return 1
  objdump -T "$work/probe" | grep -q "$NEEDED_GLIBCXX" || return 1
  [[ $(LD_LIBRARY_PATH=$work "$work/probe") == works ]] || return 1
  rm -f "$work/probe" "$work/probe.cpp" "$work/wrapper.cpp" "$work/versions.map"
}

# trains OPTION...: whether a process that is started so trains nets: not where modules are named and neither of theirs is among them.
trains() {
  local named
  named=$({ printf '%s\n' "$@"; env; } | sed -nE 's/^(--set=)?modules(:|__)enabled(:|__)[0-9]+=//Ip')
  [[ -z $named ]] || grep -qixE 'gru|lstm' <<<"$named"
}

# asks_for TYPE OPTION...: whether options, environment or appsettings.json name a model type that is no default: what only that one needs
# is not brought for everybody.
asks_for() {
  local type=$1
  shift
  [[ $* == *"$type"* ]] || env | grep -qiE "expectedmodeltypes.*=$type\$" ||
    grep -qs "\"ExpectedModelTypes\".*\"$type\"" "$ROOT/appsettings.json"
}

# Called by every command that starts .NET with the native library.
use_native_runtime() {
  local folder
  folder=$(native_runtime_folder) || exit
  [[ -z $folder ]] || export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

# Called by what may train LIGHTGBM, whose native library is linked with OpenMP. Where that cannot be had, the other models train and are
# served all the same, and a run of LIGHTGBM fails with the sentence that names the package.
use_openmp() {
  [[ $(uname -s) == Linux ]] || return 0
  compgen -G '/usr/lib/x86_64-linux-gnu/libgomp.so.1' >/dev/null || compgen -G '/usr/lib64/libgomp.so.1' >/dev/null ||
    (install_packages "OpenMP, which LightGBM is linked with" libgomp1) ||
    say "without libgomp1 LIGHTGBM is not trained; everything else goes on."
}
