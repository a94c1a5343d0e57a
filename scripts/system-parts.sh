#!/bin/sh
# Install, where this user may, the parts of the system that some tests need and that are missing:
# Chromium, Chinese fonts, PostgreSQL, Prometheus. Elsewhere stay quiet: the tests that need them are
# skipped, and the test run ends with what to install. SYSTEM_PARTS=skip leaves the system alone.
set -eu

[ "${SYSTEM_PARTS:-install}" != skip ] || exit 0
command -v apt-get >/dev/null 2>&1 || exit 0

as_root=''
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || exit 0
    as_root='sudo -n'
fi

have() { command -v "$1" >/dev/null 2>&1; }
have_chromium() { have chromium-headless-shell; }
have_fonts() { have fc-list && [ -n "$(fc-list :lang=zh-cn family)" ]; }
have_postgresql() { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
have_prometheus() { have prometheus && have promtool; }

missing=''
have_chromium || missing="$missing chromium-headless-shell"
have_fonts || missing="$missing fontconfig fonts-noto-cjk"
have_postgresql || missing="$missing postgresql"
have_prometheus || missing="$missing prometheus"
[ -n "$missing" ] || exit 0

apt() {
    # RUNLEVEL=1 keeps Debian's packages from starting the services that the tests start for themselves.
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >/dev/null
}

echo "system parts: installing$missing (SYSTEM_PARTS=skip leaves them out)" >&2
apt update || echo "system parts: apt-get update failed, going on with the lists at hand" >&2
for package in $missing; do
    apt install -y --no-install-recommends "$package" || echo "system parts: $package could not be installed" >&2
done
