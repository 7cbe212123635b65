#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# incremental.sh: one of our files changed and built again compiles that file
# and no other. Called by the test driver. The change is made to the tree's
# copy, which the next build puts right again: exactly one file is refreshed.

. "$(dirname "$0")/../env.sh"

file=$(find xen/drivers -name '*.c' 2>/dev/null | sort | head -n 1)
if [ -z "$file" ]
then
    echo "there is no C file of ours in xen/drivers"
    exit 77
fi
automation/scripts/build.sh ours
before=$(find "$TREE_DIR/ours/xen/out-ours" -name '*.o' | wc -l)
marker=$(mktemp "$BUILD/incremental.XXXXXX")
trap 'rm -f "$marker"' EXIT
trap 'exit 130' INT TERM HUP
echo "/* changed */" >> "$TREE_DIR/ours/$file"
sleep 1

automation/scripts/build.sh ours > "$marker.out"
cat "$marker.out"
refreshed=$(grep -c '^  refreshed' "$marker.out" || :)
rm -f "$marker.out"
[ "$refreshed" = 1 ] || die "$refreshed files were refreshed instead of one"
# built_in.o, prelink.o and their like are put together again each time.
compiled=$(find "$TREE_DIR/ours/xen/out-ours" -name '*.o' -newer "$marker" \
           ! -name 'built_in*' ! -name 'prelink*' | wc -l)
[ "$compiled" -ge 1 ] && [ "$compiled" -le 4 ] ||
    die "$compiled of $before objects were made again for one changed file"
