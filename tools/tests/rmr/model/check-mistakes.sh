#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Can the model fail? Applies each of mistakes/*.patch to a copy of the patched
# tree, builds what changed, and demands that a scenario fails. Prints which.
# mistakes/fix-NAME.patch takes the fix to stock NAME out. Called by `make
# check-mistakes` with TREE, O, JOBS and FIXES (where the series has its fixes)
# set, and TREE_FILES (what of
# the tree is compiled); calls itself for one mistake. MISTAKES is a pattern for some of them. Those
# of SMMUv1/v2 are judged by the scenarios of that generation.

here=$(cd "$(dirname "$0")" && pwd)
work=$O/mistakes

# same_registers OBJECT: without RMR masters, as with the fixes to stock alone?
same_registers()
{
    [ -f "$O/registers-fixes.txt" ] || return 0
    "$O/model" -w "$1" > "$1.txt" || :
    cmp -s "$O/registers-fixes.txt" "$1.txt" && return 0
    echo "FAIL registers: $(diff "$O/registers-fixes.txt" "$1.txt" | sed -n 2p)"
    return 1
}

# one PATCH: a line with the verdict.
one()
{
    name=$(basename "$1" .patch)
    log=$work/$name.log
    src=$work/$name.src
    obj=$work/$name.obj
    verdict=
    case $name in
    v2-* | fix-smmu-[!v]*) generation=v2 ;;
    *) generation=v3 ;;
    esac
    mkdir -p "$src"
    # Links: patch writes a new file and renames it.
    (cd "$TREE" && cp -al --parents $TREE_FILES "$src")
    cp -rp "$O/ours" "$obj"
    rm "$obj/under-test.so"
    # Dependencies are named by the folder that they were made in.
    sed -i "s|$O/ours/|$obj/|g" "$obj"/*.d "$obj"/gen/*.d "$obj"/gen/rmr/*.d

    if ! (cd "$src" && patch -p1 -s -f < "$1") > "$log" 2>&1
    then
        verdict="does not apply"
    elif ! make -s -C "$here" O="$O" TREE="$TREE" SRC="$src" OBJ="$obj" \
                object >> "$log" 2>&1
    then
        verdict="does not build"
    elif "$O/model" -g "$generation" -q "$obj/under-test.so" >> "$log" 2>&1 &&
         same_registers "$obj/under-test.so" >> "$log"
    then
        verdict="not noticed"
    fi
    rm -rf "$src" "$obj"

    if [ -z "$verdict" ]
    then
        printf '%-42s %s\n' "$name" "$({ grep -a -m 1 '^FAIL' "$log" || grep -a -m 1 'ERROR: ' "$log"; } |
            sed 's/^FAIL //' | cut -c 1-160)"
        rm "$log"
    else
        printf '%-42s MISSED: %s (see %s)\n' "$name" "$verdict" "$log"
    fi
}

if [ "$1" = one ]
then
    one "$2"
    exit 0
fi

rm -rf "$work"
mkdir -p "$work"
ls "$here"/mistakes/${MISTAKES:-*}.patch | xargs -P "${JOBS:-1}" -n 1 sh "$0" one > "$work/verdicts"

# Each fix to the hypervisor has to be needed; variants (after @) are of one.
for patch in "$FIXES"/*.patch
do
    name=$(basename "$patch" .patch)
    if [ -f "$patch" ] && grep -q '^+++ b/xen/' "$patch" &&
       [ ! -f "$here/mistakes/fix-${name%@*}.patch" ]
    then
        echo "MISSED: no mistakes/fix-${name%@*}.patch" >> "$work/verdicts"
    fi
done

sort "$work/verdicts"
missed=$(grep -c MISSED "$work/verdicts")
echo "mistakes: $(($(wc -l < "$work/verdicts") - missed)) caught, $missed missed"
[ "$missed" -eq 0 ]
