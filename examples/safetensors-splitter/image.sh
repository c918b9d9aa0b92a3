#!/usr/bin/env bash
# The steps of the splitter's image, which need no container engine: the Dockerfile runs them, and
# so does CI.
#
#   image.sh jre FOLDER           a small Java runtime, in FOLDER/jre
#   image.sh files JAR FOLDER     the splitter and its launcher
#   image.sh archive FOLDER       the class-data archive; where the image will be, since it holds paths
#   image.sh build JAR FOLDER     all of it
#   image.sh try FOLDER SERVER    split a small model, with the registries of SERVER (a jar)
set -euo pipefail

# What the splitter's classes and TLS need; java.desktop, which Jackson would use for bean
# properties, is left out.
modules=java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.crypto.ec,jdk.unsupported

jre() {
  mkdir -p "$1"
  "${JAVA_HOME:+$JAVA_HOME/bin/}jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=2 \
    --output "$1/jre"
  "$1/jre/bin/java" -Xshare:dump >/dev/null # the archive of Java's own classes
}

files() {
  mkdir -p "$2/bin" "$2/lib"
  cp "$1" "$2/splitter.jar"
  cp "$(dirname "$0")/launch.sh" "$2/bin/splitter"
  chmod 755 "$2/bin/splitter"
}

# The classes of a run that gets as far as the registries, which are not there.
archive() {
  local work
  work=$(mktemp -d)
  rm -f "$1/splitter.jsa"
  env -i TASK_ID=archive MODEL_SPLITTER_WORK_FOLDER="$work" MODEL_SPLITTER_REPORT_SECONDS=1 \
    TASK_STATUS_UPDATE_URL=http://127.0.0.1:1 MODEL_LAYERS_REGISTRY_URL=http://127.0.0.1:1 \
    BLOCK_DB_URL=http://127.0.0.1:1 LAYER_STORE_URL="file://$work/layers" \
    TASK_DATA='{"model_name":"x","model_download_url":"file:///x","world_size":1,"model_split_config":{}}' \
    JAVA_TOOL_OPTIONS="'-XX:ArchiveClassesAtExit=$1/splitter.jsa' -Xlog:cds=off -Xlog:cds+dynamic=off" \
    "$1/bin/splitter" >"$work/said" 2>&1 || true # it cannot but fail
  if ! test -s "$1/splitter.jsa"; then
    cat "$work/said" >&2
    echo "image.sh: no class-data archive was made" >&2
    rm -rf "$work"
    return 1
  fi
  rm -rf "$work"
}

# Splits a model of 8 MB, and says how long it takes from the start of the process to begin.
try() {
  local work pid url task started looks=0
  work=$(mktemp -d)
  java -jar "$2" --port 0 --jdbc-url jdbc:h2:mem:try >"$work/server" &
  pid=$!
  # shellcheck disable=SC2064
  trap "kill $pid 2>/dev/null || true; rm -rf '$work'" EXIT
  until url=$(grep -o 'http://.*' "$work/server"); do
    if ! kill -0 "$pid" 2>/dev/null || [ $((looks += 1)) -gt 600 ]; then
      echo "image.sh: the server does not listen: $(cat "$work/server")" >&2
      return 1
    fi
    sleep 0.2
  done
  "$1/jre/bin/java" -cp "$1/splitter.jar" io.modelsplitter.examples.SyntheticCheckpoint \
    "$work/model" 8 >/dev/null
  for turn in 1 2 3; do
    task=$(curl -fsS "$url/task" -H 'Content-Type: application/json' \
      -d '{"task_type": "model_splits", "task_data": {}}' |
      sed 's/.*"task_id":"\([^"]*\)".*/\1/')
    started=$(date +%s%N)
    env -i TASK_ID="$task" TASK_STATUS_UPDATE_URL="$url" MODEL_LAYERS_REGISTRY_URL="$url" \
      BLOCK_DB_URL="$url" LAYER_STORE_URL="file://$work/layers" \
      MODEL_SPLITTER_WORK_FOLDER="$work/work" \
      TASK_DATA='{"model_name": "m", "model_download_url": "file://'"$work"'/model/",
        "world_size": 4, "model_split_config": {"split_strategy": "tensor_parallel", "tp_degree": 2}}' \
      "$1/bin/splitter" 2>&1 | tee "$work/said" | while read -r line; do
      case $line in *"task $task: begin") echo $((($(date +%s%N) - started) / 1000000)) >"$work/begin" ;; esac
    done || {
      echo "image.sh: the splitter failed: $(cat "$work/said")" >&2
      return 1
    }
    curl -fsS "$url/task/$task" >"$work/task"
    grep -q '"task_status":"complete"' "$work/task" || {
      echo "image.sh: the task is not complete: $(cat "$work/task")" >&2
      return 1
    }
    echo "turn $turn: begin after $(cat "$work/begin") ms"
  done
  local layers
  layers=$(find "$work/layers" -name '*.safetensors' | wc -l)
  if [ "$layers" != 4 ]; then
    echo "image.sh: the three turns stored $layers layers, and not the same 4" >&2
    return 1
  fi
}

case ${1:-} in
  jre) jre "$2" ;;
  files) files "$2" "$3" ;;
  archive) archive "$2" ;;
  build)
    jre "$3"
    files "$2" "$3"
    archive "$3"
    ;;
  try) try "$2" "$3" ;;
  *)
    sed -n '2,/^set/{/^#/p}' "$0" >&2
    exit 64
    ;;
esac
