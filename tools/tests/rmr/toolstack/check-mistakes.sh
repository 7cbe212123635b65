#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Can the tests fail? Applies each of mistakes/*.patch to a copy of libxl's
# files, builds the tests with it and demands that at least one fails. Called
# by `make check-mistakes`, with LIBXL_SRC, XEN_SRC and O set.

here=$(cd "$(dirname "$0")" && pwd)
work=$O/mistakes
caught=0
missed=0

rm -rf "$work"
mkdir -p "$work/out"
# Objects that no mistake touches need not be built again.
cp -rp "$O/dts" "$O"/*.h "$O"/*.o "$O"/*.d "$work/out/"

for patch in "$here"/mistakes/*.patch; do
    name=$(basename "$patch" .patch)
    log=$work/$name.log
    rm -rf "$work/src"
    mkdir "$work/src"
    cp "$LIBXL_SRC"/libxl_rmr_*.[ch] "$work/src"
    verdict=

    if ! (cd "$work/src" && patch -p1 -s -f < "$patch") > "$log" 2>&1; then
        verdict="does not apply"
    elif ! make -C "$here" XEN_SRC="$XEN_SRC" LIBXL_SRC="$work/src" \
                O="$work/out" all >> "$log" 2>&1; then
        verdict="does not build"
    elif "$work/out/toolstack-test" >> "$log" 2>&1; then
        verdict="not noticed"
    fi

    if [ -z "$verdict" ]; then
        echo "caught   $name: $(grep -a -m 1 -o -e '\[  FAILED  \] .*' \
                                -e 'ERROR: AddressSanitizer: [a-z-]*' \
                                -e '[a-z.]*:[0-9]*: .*' "$log" | head -n 1)"
        caught=$((caught + 1))
    else
        echo "MISSED   $name: $verdict (see $log)"
        missed=$((missed + 1))
    fi
done

echo "mistakes: $caught caught, $missed missed"
[ "$missed" -eq 0 ]
