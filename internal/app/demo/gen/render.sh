#!/bin/sh
# Renders ../pictures/*.svg, or the names given, to palette PNGs of 800 by 800 beside them.
# Needs chromium, the font Noto Sans CJK SC, and pngquant.
set -eu
cd "$(dirname "$0")/../pictures"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ $# -gt 0 ] || set -- *.svg
for f in "$@"; do
	name=${f%.svg}
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$tmp/profile" --hide-scrollbars \
		--default-background-color=ffffffff --window-size=800,800 --screenshot="$tmp/$name.png" \
		"file://$PWD/$name.svg" 2>/dev/null
	pngquant --force --nofs --speed 1 --strip --output "$name.png" 128 "$tmp/$name.png"
done
