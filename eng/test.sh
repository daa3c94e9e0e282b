# The test command; sourced by the launcher.

# What the tests' real servers come from: "program Debian-package" (FLTS.Tests/TestKit/Servers starts them).
prepare_servers() {
  [[ $(uname -s) == Linux ]] || {
    say "PostgreSQL, RabbitMQ and Ceph are brought on Debian and Ubuntu only; here the tests that need one say so and fail."
    return 0
  }
  local missing=()
  command -v initdb >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || missing+=(rabbitmq-server)
  command -v radosgw >/dev/null 2>&1 || missing+=(radosgw)
  command -v ceph-mon >/dev/null 2>&1 || missing+=(ceph-mon)
  command -v ceph-osd >/dev/null 2>&1 || missing+=(ceph-osd)
  command -v ceph-authtool >/dev/null 2>&1 || missing+=(ceph-common)
  if ((${#missing[@]})); then
    install_packages "servers the tests start for themselves, privately" "${missing[@]}"
  fi
}

# What the page is opened in; Chromium with all its windows does as well, in twice the time.
prepare_browser() {
  command -v chromium-headless-shell >/dev/null 2>&1 \
    || (install_packages "the browser that the page is tested in" chromium-headless-shell) \
    || command -v chromium >/dev/null 2>&1 \
    || install_packages "the browser that the page is tested in" chromium
}

# What the replaced system was measured with; a minute's test asks by it.
prepare_locust() {
  command -v locust >/dev/null 2>&1 || install_packages "the load of the replaced system's clients" python3-locust
}

# What lints the OpenAPI document and compiles a client in TypeScript; the packages come from npm, by the tests.
prepare_node() {
  command -v npm >/dev/null 2>&1 || install_packages "readers of the OpenAPI document" nodejs npm
}

# Sums the counters of a .trx file into passed, failed, skipped.
count_results() {
  local counters total
  counters=$(grep -o '<Counters [^>]*>' "$1" | head -n 1)
  counter() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  total=$(counter total)
  passed=$(counter passed)
  failed=$(($(counter failed) + $(counter error) + $(counter timeout) + $(counter aborted)))
  skipped=$((total - passed - failed))
}

# Names the failed tests of a .trx file and says what each said: where they failed is far up by then.
list_failures() {
  awk '
    /<UnitTestResult / {
      failed = /outcome="Failed"/
      name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name)
      if (failed) print "failed: " name
    }
    failed && /<Message>/ { lines = 6; sub(/.*<Message>/, "") }
    lines > 0 {
      lines = /<\/Message>/ ? 0 : lines - 1
      sub(/<\/Message>.*/, ""); gsub(/^[[:space:]]+/, ""); print "  " substr($0, 1, 300)
    }
  ' "$1" | sed -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&#xD;//g' -e 's/&amp;/\&/g'
}

run_tests() {
  local filter= soak= fast=
  while (($#)); do
    case $1 in
      --filter)
        (($# > 1)) || die 64 "--filter wants an expression, for instance --filter Preprocessing"
        filter=$2
        shift
        ;;
      --filter=*) filter=${1#--filter=} ;;
      --soak) soak=yes ;;
      --fast) fast=yes ;;
      -h | --help)
        echo 'usage: ./flts test [--filter EXPR] [--fast | --soak]   EXPR: part of a test name, or an expression of "dotnet test --filter"'
        return 0
        ;;
      *) die 64 "unknown option '$1'; usage: ./flts test [--filter EXPR] [--fast | --soak]" ;;
    esac
    shift
  done
  [[ -z $fast || -z $soak ]] || die 64 "--fast and --soak exclude each other"
  # A fast run starts no server; the others start what they need.
  if [[ -n $fast ]]; then
    filter=${filter:+($filter)&}TestCategory!=Servers\&TestCategory!=Slow\&TestCategory!=Browser
  fi
  if [[ -n $soak ]]; then
    prepare_locust
    prepare_node
  else
    filter=${filter:+($filter)&}TestCategory!=Soak
  fi
  if [[ -z ${FLTS_DATASETS:-} || -z ${FLTS_REFERENCE:-} ]]; then
    filter=${filter:+($filter)&}TestCategory!=RealData
  fi

  find_dotnet
  [[ -n $fast ]] || { prepare_servers && prepare_browser; }
  use_openmp
  use_native_runtime
  build_when_changed FLTS.Tests

  local results status=0 passed=0 failed=0 skipped=0
  results=$(mktemp -d)
  "$DOTNET" test "$ROOT/FLTS.Tests/FLTS.Tests.csproj" -c Release --no-build --nologo \
    --logger 'trx;LogFileName=tests.trx' --logger 'console;verbosity=normal' --results-directory "$results" \
    --blame-hang-timeout 10m --blame-hang-dump-type none ${filter:+--filter "$filter"} </dev/null || status=$?

  if [[ -f $results/tests.trx ]]; then
    count_results "$results/tests.trx"
    list_failures "$results/tests.trx"
  fi
  rm -rf "$results"
  if ((passed + failed == 0)); then
    say "no test ran: a filter that matches nothing, or a test process that died before the first one."
    status=1
  elif ((status != 0 && failed == 0)); then
    say "the test process ended with code $status although no test failed: it died or hung on the way."
    failed=1
  elif ((failed > 0)); then
    status=1
  fi
  echo "$passed passed, $failed failed, $skipped skipped"
  return "$status"
}
