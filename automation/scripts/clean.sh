#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# clean.sh [all]: removes what was generated. Downloads and the compiler cache
# stay unless all is asked for: they are what takes long to get again.

. "$(dirname "$0")/env.sh"

if [ -n "${1:-}" ]
then
    rm -rf "$BUILD"
    exit 0
fi
for path in "$BUILD"/* "$BUILD"/.[!.]*
do
    case $path in
    "$DEB_DIR" | "$APT_DIR" | "$CCACHE_DIR") ;;
    *) rm -rf "$path" ;;
    esac
done
