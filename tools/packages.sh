# What Netpeel needs from the distribution, and how to get it. Sourced by tools/start and tools/check.
# Packages are Debian's and Ubuntu's names; both have them all under these names.

packages_build="g++ cmake ninja-build libpcap-dev zlib1g-dev libcli11-dev nlohmann-json3-dev libedit-dev libcmark-dev libtomlplusplus-dev"
# Boost 1.81 or newer: Debian 12 keeps it beside its older default.
if grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  packages_build="$packages_build libboost1.81-dev"
else
  packages_build="$packages_build libboost-dev"
fi
packages_test="catch2 python3 python3-pexpect"
# Without these some tests are skipped, with the reason.
packages_oracle="tshark tcpdump iproute2 libcap2-bin openssl redis-tools"
# Of these one is a service that starts by itself, and one brings 300 others: only for continuous integration (.ci/run).
packages_ci="curl nginx redis-server chromium"
command -v npm >/dev/null || packages_ci="$packages_ci npm"

say() { printf '%s\n' "$*" >&2; }

missing_of() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
  done
}

# The words to put before a command that needs root: nothing for root, sudo where it works; fails where neither does.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    echo env
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    echo sudo
  else
    return 1
  fi
}

# The line that installs packages, as whoever may do so types it: as_typed PACKAGE…
as_typed() {
  if [ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null; then
    echo "  apt-get update && apt-get install -y $*"
  else
    echo "  sudo apt-get update && sudo apt-get install -y $*"
  fi
}

# install_missing needed|wanted PACKAGE…: says what it will install, and does. If it cannot: for needed packages the
# exact line is printed and the script ends; for wanted ones the line is printed and work goes on.
install_missing() {
  local how=$1 missing root
  shift
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    [ "$how" = wanted ] || say "This is not Debian or Ubuntu, so nothing is installed. Needed are what these Debian packages hold: $*"
    return 0
  fi
  missing=$(missing_of "$@")
  [ -n "$missing" ] || return 0
  if ! root=$(as_root); then
    if [ "$how" = wanted ]; then
      say "Some tests will be skipped. To run them too, root needs to say:"
      say "$(as_typed "${missing% }")"
      return 0
    fi
    if command -v sudo >/dev/null; then
      say "Netpeel needs packages that are not installed here. sudo could install them, but it asks for a password, and there is no"
      say "terminal to ask on. Run this once in a terminal (or ask whoever looks after this machine to), then $0 again:"
    else
      say "Netpeel needs packages that are not installed here, and only root can install them: you are $(id -un), and there is no sudo."
      say "Ask whoever looks after this machine to run this once as root, then run $0 again:"
    fi
    say "$(as_typed "${missing% }")"
    exit 3
  fi
  say "Installing from the distribution: ${missing% }"
  # tshark asks a question when it is installed; the default answer (no rights for ordinary users) is right here.
  if ! { $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
         { $root apt-get update -q >&2 &&
           $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2; }; }; then
    say "The installation failed (see above). When it is mended, or by hand:"
    say "$(as_typed "${missing% }")"
    [ "$how" = wanted ] || exit 3
  fi
}

# build_release CMAKE-OPTION…: configures and builds build/release; quiet when there is nothing to do.
build_release() {
  local log=build/release/build.log
  mkdir -p build/release
  say "Building into build/release (the first time takes a few minutes)"
  if ! { cmake --preset release "$@" && cmake --build --preset release; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    say "The build failed; the whole log is $log"
    exit 3
  fi
}

# node_modules: what tests/oracle/real/package.json names, into build/node, where npm is installed; without it, or without a
# network, the tests that need it are skipped and say so.
node_modules() {
  command -v npm >/dev/null || return 0
  mkdir -p build/node
  cmp -s tests/oracle/real/package-lock.json build/node/package-lock.json && [ -d build/node/node_modules ] && return 0
  say "Fetching from the npm registry, for tests only: $(sed -n '/dependencies/,/}/s/^ *"\(.*\)": "[0-9].*/\1/p' tests/oracle/real/package.json | tr '\n' ' ')"
  cp tests/oracle/real/package.json tests/oracle/real/package-lock.json build/node/
  if ! npm ci --prefix build/node --ignore-scripts --no-audit --no-fund >build/node/npm.log 2>&1; then
    rm -f build/node/package-lock.json
    say "That failed (see build/node/npm.log); the tests that need it will be skipped"
  fi
}

# chat_client: npm's socket.io-client for the chat page of `netpeel demo serve`, into build/node, where npm is installed. Without it
# the page uses its own small client. What failed is tried again after a day.
chat_client() {
  local log=build/node/chat-client.log
  [ ! -d build/node/node_modules/socket.io-client ] || return 0
  if ! command -v npm >/dev/null; then
    [ -f "$log" ] || say "npm is not installed, so the chat page of netpeel demo serve will use its own small client (apt-get install npm)"
    mkdir -p build/node && : >>"$log"
    return 0
  fi
  [ -z "$(find "$log" -size +0 -mtime -1 2>/dev/null)" ] || return 0
  mkdir -p build/node
  say "Fetching from the npm registry, for the chat page of netpeel demo serve: socket.io-client"
  if npm install --prefix build/node --no-save --ignore-scripts --no-audit --no-fund --fetch-retries 1 --fetch-timeout 30000 \
    "socket.io-client@$(sed -n 's/.*"socket.io-client": "\(.*\)".*/\1/p' tests/oracle/real/package.json)" >"$log" 2>&1; then
    rm -f "$log"
  else
    echo "npm ended with an error" >>"$log"
    say "That failed (see $log); the chat page will use its own small client"
  fi
}
