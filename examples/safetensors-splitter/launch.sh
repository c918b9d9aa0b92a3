#!/bin/sh
# Runs a splitter: the class that is named first, with the arguments after it, or the one that comes
# with the image. Jars in lib are on the class path. JAVA_OPTIONS may have more for Java, with blanks
# between them.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
path=$home/splitter.jar # first, and as it was when the archive was made
for jar in "$home"/lib/*.jar; do
  if [ -e "$jar" ]; then path=$path:$jar; fi
done
archive=$home/splitter.jsa
if [ ! -e "$archive" ]; then archive=; fi
if [ $# = 0 ]; then set -- io.modelsplitter.examples.SafetensorsSplitter; fi
# shellcheck disable=SC2086
exec "$home/jre/bin/java" "-Xmx${MODEL_SPLITTER_HEAP:-64m}" -XX:+UseSerialGC \
  -XX:+ExitOnOutOfMemoryError -Xshare:auto ${archive:+"-XX:SharedArchiveFile=$archive"} \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.io.modelsplitter=info \
  -Dorg.slf4j.simpleLogger.showThreadName=false \
  -Dorg.slf4j.simpleLogger.showShortLogName=false \
  -Dorg.slf4j.simpleLogger.showLogName=false \
  -Dorg.slf4j.simpleLogger.logFile=System.out \
  ${JAVA_OPTIONS:-} -cp "$path" "$@"
