#!/usr/bin/env bash
# Find or install a Chromium for the browser tests: the machine's, else Debian's, else Playwright's.
# Never fails: where none can be had, the tests skip with a reason (and .ci/run counts that as a failure).
set -uo pipefail
playwright=$1

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's Chromium for the browser tests."
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null 2>&1; then
    command -v chromium >/dev/null && exit 0
  fi
fi
"$playwright" install --dry-run chromium >/dev/null 2>&1 && "$playwright" install chromium >/dev/null 2>&1 && exit 0
echo "No Chromium could be found or installed: the browser tests will be skipped."
exit 0
