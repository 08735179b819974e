# What setup and dev share: quiet steps that speak up when they take long or fail.
# shellcheck shell=bash
readonly LOG_FOLDER=build/log

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# step WORDS COMMAND...: runs the command with its output in a log. Says the words once it has taken
# two seconds; on failure shows the end of the log and exits.
step() {
  local words=$1 log
  shift
  mkdir -p "$LOG_FOLDER"
  log="$LOG_FOLDER/$(tr -cs '[:alnum:]\n' '-' <<<"$words").log"
  "$@" >"$log" 2>&1 </dev/null &
  local job=$! announcer
  (sleep 2 && echo "$words ... (details in $log)") >&2 &
  announcer=$!
  local status=0
  wait "$job" || status=$?
  { kill "$announcer" && wait "$announcer"; } 2>/dev/null || true
  ((status == 0)) && return
  tail -n 60 "$log" >&2
  fail "$words failed; the whole output is in $log"
}

# A node that npm installed for us goes before one that is too old.
export_node_path() {
  local folder
  for folder in tools/node/node_modules/node-linux-*/bin; do
    if [[ -x $folder/node ]]; then export PATH="$PWD/$folder:$PATH"; fi
  done
}

# npm_install FOLDER WORDS: npm ci, unless what is installed comes from the same lock file.
npm_install() {
  local folder=$1 words=$2 stamp
  stamp=$(sha256sum <"$folder/package-lock.json")
  [[ $(cat "$folder/node_modules/.stamp" 2>/dev/null) == "$stamp" ]] && return
  step "$words" npm ci --prefix "$folder" --no-audit --no-fund
  echo "$stamp" >"$folder/node_modules/.stamp"
}
