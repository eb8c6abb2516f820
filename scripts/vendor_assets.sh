#!/usr/bin/env bash
# Fetch Bootstrap's style sheet and icons into assets/vendor, so that no page asks another machine for them.
# Run it to move to another version; what it makes is committed, so nobody needs npm to run Keepsight.
# Usage: scripts/vendor_assets.sh [FOLDER WITH THE TWO .tgz, else npm pack fetches them]
set -euo pipefail

BOOTSTRAP=5.3.8
ICONS=1.13.2

root=$(cd "$(dirname "$0")/.." && pwd)
vendor=$root/assets/vendor
packs=${1:-}
if [ -z "$packs" ]; then
    command -v npm >/dev/null || { echo "npm is missing: install Node.js, or give the folder of the tarballs." >&2; exit 1; }
    packs=$(mktemp -d)
    (cd "$packs" && npm pack --silent "bootstrap@$BOOTSTRAP" "bootstrap-icons@$ICONS" >/dev/null)
fi

# take PACKAGE PATH TARGET: one file out of a tarball; the source map is not shipped, so its mention goes
take() {
    tar -xzOf "$packs/$1.tgz" "package/$2" | sed '/^\/\*# sourceMappingURL=/d' > "$vendor/$3"
}
take_binary() {
    tar -xzOf "$packs/$1.tgz" "package/$2" > "$vendor/$3"
}

mkdir -p "$vendor/fonts"
take "bootstrap-$BOOTSTRAP" dist/css/bootstrap.min.css bootstrap.min.css
take "bootstrap-$BOOTSTRAP" LICENSE bootstrap.LICENSE.txt
take "bootstrap-icons-$ICONS" font/bootstrap-icons.min.css bootstrap-icons.min.css
take_binary "bootstrap-icons-$ICONS" font/fonts/bootstrap-icons.woff2 fonts/bootstrap-icons.woff2
take "bootstrap-icons-$ICONS" LICENSE bootstrap-icons.LICENSE.txt
# Every browser that runs Dash reads woff2, so the older woff stays out, with its mention.
sed -i.bak -E 's/,url\("?fonts\/bootstrap-icons\.woff\?[^)]*\) format\("woff"\)//' "$vendor/bootstrap-icons.min.css"
rm -f "$vendor/bootstrap-icons.min.css.bak"
printf 'bootstrap %s (MIT), bootstrap-icons %s (MIT); made by scripts/vendor_assets.sh\n' "$BOOTSTRAP" "$ICONS" > "$vendor/VERSIONS.txt"
