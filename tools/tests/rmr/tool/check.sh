#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [golden]: what xen-rmr says of each fixture, against golden/; or,
# with `golden', writes that anew. Called by the Makefile, with O and RMR_SRC set.

here=$(cd "$(dirname "$0")" && pwd)
out=$O/results
mode=$1
failed=0
passed=0
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99

fail()
{
    echo "FAILED: $*"
    failed=$((failed + 1))
}

verdict()
{
    if [ "$1" = 0 ]
    then
        passed=$((passed + 1))
    else
        shift
        fail "$@"
    fi
}

# xen-rmr with the folder of the trees as the current one: paths stay short.
tool()
{
    ( cd "$O/dts" && exec "$O/xen-rmr" "$@" )
}

# Options that a fixture's lint is called with: its lines "xen-rmr: ...".
options_of()
{
    sed -n 's,.*xen-rmr: \(-.*[^ */]\) *\(\*/\)*$,\1,p' "$1"
}

rm -rf "$out"
mkdir -p "$out"

# --- What it says, and what it returns -----------------------------------------
for dts in "$here"/dts/*.dts "$here"/../dts/*.dts
do
    name=$(basename "$dts" .dts)
    eval "set -- $(options_of "$dts")"
    {
        tool lint "$@" "$name.dtb" 2>&1
        echo "status $?"
    } > "$out/$name.txt"
    # The same findings in JSON.
    tool lint --json "$@" "$name.dtb" > "$out/$name.json" 2>&1
    "$O/json-check" < "$out/$name.json" > "$out/$name.codes" 2>&1
    verdict $? "$name: --json: no JSON, or it does not add up"
    sed -n 's/.*: \(note\|warning\|error\): .*\[\([a-z-]*\)\]$/\2/p' "$out/$name.txt" |
        cmp -s - "$out/$name.codes"
    verdict $? "$name: --json has other findings than the text"

    if [ "$mode" = golden ]
    then
        cp "$out/$name.txt" "$here/golden/"
    else
        diff "$here/golden/$name.txt" "$out/$name.txt"
        verdict $? "$name: not what was expected"
    fi
done

# --- The table of messages --------------------------------------------------------
# Literals with a space in them; a line ends at its \n.
literals()
{
    sed -e 's/"PRIrmr"/#lx/g; s/"PRIrmr\([, ]\)/#lx"\1/g; s/"PRIrmr$/#lx"/' \
        -e 's/^#.*include.*//; s,^ *\*.*,,; s,/\*.*\*/,,' "$@" |
        grep -o '"\([^"\\]\|\\.\)*"' |
        sed -e 's/^"//; s/"$//; s/\\n$//; s/\\"/"/g' | grep ' ' | sort
}

tool explain | sed -n 's/^    Says: //p' | sort > "$out/rows"
sort "$here/pieces.txt" | grep -v '^#' > "$out/pieces"
literals "$RMR_SRC/dt.c" "$RMR_SRC/policy.c" | sort -u > "$out/literals"
literals "$RMR_SRC/policy-domain.c" | sort -u > "$out/literals-domain"

uniq -d "$out/rows" > "$out/twice"
[ ! -s "$out/twice" ]
verdict $? "messages with two rows: $(cat "$out/twice")"
sort -u "$out/rows" "$out/pieces" | comm -13 - "$out/literals" > "$out/without"
[ ! -s "$out/without" ]
verdict $? "messages of dt.c or policy.c without a row: $(cat "$out/without")"
sort -u "$out/literals" "$out/literals-domain" | comm -23 "$out/rows" - > "$out/stale"
[ ! -s "$out/stale" ]
verdict $? "rows for messages that Xen does not have: $(cat "$out/stale")"
comm -23 "$out/pieces" "$out/literals" > "$out/stale"
[ ! -s "$out/stale" ]
verdict $? "pieces of messages that Xen does not have: $(cat "$out/stale")"

# --- Each code has been seen ---------------------------------------------------------
tool explain | sed -n 's/^\([a-z-]*\): \(note\|warning\|error\)$/\1/p' | sort -u > "$out/codes"
cat "$out"/*.codes | sort -u | comm -23 "$out/codes" - > "$out/unseen"
comm -3 "$out/unseen" "$here/unseen.txt" > "$out/differs"
[ ! -s "$out/differs" ]
verdict $? "codes that no fixture shows: $(xargs < "$out/unseen")"

echo "xen-rmr: $passed passed, $failed failed"
[ "$failed" = 0 ]
