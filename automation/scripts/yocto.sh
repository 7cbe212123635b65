#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# yocto.sh [SERIES]: `make yocto`. The layer of contrib/yocto with the patches of
# build/series, or of the folder SERIES, in build/yocto/meta-rmr. BitBake wants
# each file by its name.

. "$(dirname "$0")/env.sh"

series=$BUILD/series
[ -z "${1:-}" ] || series=$(cd "$CALLER_DIR" && cd "$1" && pwd)
ls "$series"/*.patch > /dev/null 2>&1 || die "there are no patches in $series: make series first"

layer=$YOCTO_DIR/meta-rmr
rm -rf "$layer" "$layer.new"
mkdir -p "$YOCTO_DIR"
cp -R contrib/yocto/meta-rmr "$layer.new"
recipes=$layer.new/recipes-extended/xen
{
    echo "# Made by make yocto."
    for patch in "$series"/*.patch
    do
        name=${patch##*/}
        case $name in
        # The cover letter changes nothing.
        0000-*) continue ;;
        esac
        cp "$patch" "$recipes/files/"
        echo "SRC_URI += \"file://$name\""
    done
} > "$recipes/xen-rmr-series.inc"
mv "$layer.new" "$layer"
say "$layer: $(grep -c SRC_URI "$layer/recipes-extended/xen/xen-rmr-series.inc") patches"
