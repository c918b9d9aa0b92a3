#!/usr/bin/env bash
# What `mvn -Prelease deploy` publishes: the same bytes wherever it is built, all that belongs to it,
# and good to use for a project that has only this. A warning of Maven or of Javadoc is a failure.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/.ci/publish
work=$(mktemp -d)
umask 022 # an archive holds the modes of its files
trap 'rm -rf "$work"' EXIT

# As a release: snapshots are published under the time of day.
version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' "$root/pom.xml")
release=${version%-SNAPSHOT}

# Publishes a copy of the sources, in the folder $1, to $1/repository.
publish() {
  mkdir -p "$1"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard |
    tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -x -C "$1" --no-same-permissions
  find "$1" -name pom.xml -exec sed -i "s|<version>$version</version>|<version>$release</version>|" {} +
  # Not quietly: that hides warnings, too.
  (cd "$1" && mvn -B -Prelease -DskipTests -Dspotless.check.skip -Dmaven.install.skip \
    deploy -DaltDeploymentRepository=local::file:"$1/repository") </dev/null >"$1.log" 2>&1 || {
    cat "$1.log"
    return 1
  }
  if grep '\[WARNING\]' "$1.log"; then
    echo "publishing is not free of warnings" >&2
    return 1
  fi
}

echo "=== $release is published, twice"
(TZ=UTC LC_ALL=C publish "$work/first")
(TZ=Pacific/Chatham MAVEN_OPTS="-Duser.language=tr -Duser.country=TR" \
  publish "$work/other/place/second")
published=$work/first/repository
python3 "$here/compare.py" "$published" "$work/other/place/second/repository"

echo "=== each module is published with all that belongs to it"
python3 "$here/check.py" files "$published/io/modelsplitter" "$release"

# The local repository as it is, but without anything of ours, and nothing of ours stays in it.
cache=$(mvn -B -q -f "$root/bom/pom.xml" org.apache.maven.plugins:maven-help-plugin:3.5.1:evaluate \
  -Dexpression=settings.localRepository -DforceStdout </dev/null | sed 's/\x1b\[[0-9;]*m//g')
mkdir -p "$work/cache/io"
find "$cache" -mindepth 1 -maxdepth 1 ! -name io -exec ln -s {} "$work/cache/" \;
find "$cache/io" -mindepth 1 -maxdepth 1 ! -name modelsplitter -exec ln -s {} "$work/cache/io/" \;

consumer=$work/consumer
cp -r "$here/consumer" "$consumer"
mv "$consumer/module-info.java" "$work/"
junit=$(sed -n 's|.*<junit.version>\(.*\)</junit.version>|\1|p' "$root/pom.xml")
consume() {
  mvn -B -q -f "$consumer/pom.xml" -Dmaven.repo.local="$work/cache" -Dpublished="file:$published" \
    -Dmodel-splitter.version="$release" -Djunit.version="$junit" "$@" </dev/null
}

echo "=== a project on the class path"
consume test dependency:tree -DoutputFile="$work/tree.txt"
python3 "$here/check.py" tree "$work/tree.txt"

echo "=== a project on the module path"
mv "$work/module-info.java" "$consumer/src/main/java/"
consume clean test

reports=$consumer/target/surefire-reports
grep -q 'tests="1" errors="0" skipped="0" failures="0"' "$reports"/TEST-*.xml || {
  echo "the consumer's test did not run" >&2
  exit 1
}
echo "as it should be"
