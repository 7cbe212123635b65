#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [golden|first]: what xen-rmr says of each fixture, against golden/; or,
# with `golden', writes that anew. With `first' it ends at the first failure. Called
# by the Makefile, with O and RMR_SRC set.

here=$(cd "$(dirname "$0")" && pwd)
out=$O/results
tool_src=$(cd "$here/../../../rmr" && pwd)
mode=$1
failed=0
passed=0
skipped=0
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99

fail()
{
    echo "[  FAILED  ] $*"
    failed=$((failed + 1))
    [ "$mode" != first ] || exit 1
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
    elif grep -q "bad size.*\[xen-stops\]" "$out/$name.txt"
    then
        # Since Xen 4.21 a number has two cells at most.
        echo "[ SKIPPED  ] $name"
        skipped=$((skipped + 1))
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

# --- annotate -------------------------------------------------------------------------
# same NAME: $out/NAME against golden/NAME, or written there.
same()
{
    if [ "$mode" = golden ]
    then
        cp "$out/$1" "$here/golden/$1"
    else
        diff "$here/golden/$1" "$out/$1"
        verdict $? "$1: not what was expected"
    fi
}

source_of()
{
    dtc -q -s -I dtb -O dts "$1"
}

# What `fdt' of U-Boot does with the commands on standard input, to tree $1.
uboot()
{
    while read -r fdt verb path prop value
    do
        prop=${prop#\\}
        value=$(echo "$value" | tr -d '<>')
        case $fdt/$verb in
        fdt/resize) ;;
        fdt/mknode) fdtput -c "$1" "${path%/}/$prop" ;;
        fdt/set) fdtput -t x "$1" "$path" "$prop" $value ;;
        *) return 1 ;;
        esac || return
    done
}

# annotated NAME BASE OPTION...: in all four forms.
annotated()
{
    name=$1
    base=$O/dts/$2.dtb
    new=$out/$name
    shift 2

    tool annotate "$@" -o "$new.dtb" "$base" 2> "$new.log"
    verdict $? "$name: not annotated: $(cat "$new.log")"
    source_of "$base" > "$new.before"
    source_of "$new.dtb" | diff "$new.before" - > "$new.diff"
    same "$name.diff"
    tool lint --json "$new.dtb" | sed '1,/"findings"/!d; s/"file": "[^"]*"//' > "$new.kept"

    tool annotate "$@" -o "$new-again.dtb" "$new.dtb"
    cmp "$new.dtb" "$new-again.dtb"
    verdict $? "$name: a second time makes another tree"

    tool annotate "$@" --overlay -o "$new.dtbo" "$base"
    source_of "$new.dtbo" > "$new.overlay"
    same "$name.overlay"
    fdtoverlay -i "$base" -o "$new-overlay.dtb" "$new.dtbo" &&
        tool lint --json "$new-overlay.dtb" | sed '1,/"findings"/!d; s/"file": "[^"]*"//' |
            cmp - "$new.kept"
    verdict $? "$name: with the overlay Xen keeps something else"

    tool annotate "$@" --uboot "$base" > "$new.uboot"
    same "$name.uboot"
    cp "$base" "$new-uboot.dtb"
    uboot "$new-uboot.dtb" < "$new.uboot" &&
        source_of "$new-uboot.dtb" > "$new-uboot.dts" &&
        source_of "$new.dtb" | cmp - "$new-uboot.dts"
    verdict $? "$name: U-Boot's commands make another tree"

    tool annotate "$@" --cmdline "$base" > "$new.cmdline"
    same "$name.cmdline"
    set --
    for word in $(cat "$new.cmdline")
    do
        set -- "$@" --rmr "${word#rmr=}"
    done
    tool lint "$@" "$base" | grep -q ': note: kept behind '
    verdict $? "$name: with those options Xen keeps nothing"
}

annotated annotate-bare bare --master /soc/display@14830000 --region 0x67000000+0x411000 --no-map
annotated annotate-two bare --master gpu --region 0x60000036+16M --region 0x70000000+4K
annotated annotate-named undeclared --master /display@15200000 --region 0x6607c000+8M
annotated annotate-splash splash --master /display@5e00000 --region 0x80400000+0x960000
annotated annotate-shared framebuffer --master /display@10000000 --region 0x62000000+16M

# refused NAME BASE OPTION...: and nothing is written.
: > "$out/annotate-refused.txt"
refused()
{
    name=$1
    shift
    {
        echo "$ $*"
        tool annotate "$@" -o "$out/refused.dtb" "$name.dtb" 2>&1
        echo "status $?"
    } >> "$out/annotate-refused.txt"
    [ ! -e "$out/refused.dtb" ]
    verdict $? "annotate $*: refused, and a tree was written"
}

refused bare --master /nowhere --region 0x60000000+4K
refused bare --master /soc/bridge@14840000 --region 0x60000000+4K
refused bare --master /soc/display@14830000 --region 0x200000000+4K
refused bare --master gpu --region 0x10000000000+4K
refused bare --master gpu --region 0x8000000+4K
refused bare --master gpu --region 0x60000000+0
refused bare --master gpu --region 0x60000000
refused bare --master gpu --region 60000000+4K --region 0x60000000+4Z
refused bare --master gpu
refused bare --region 0x60000000+4K
refused bare --master gpu --region 0x60000000+4K --overlay --cmdline
refused bare --master gpu --region 0x60000000+4K --uboot
refused splash --master /display@5e00000 --region 0x80300000+2M
refused aliases --master /same@10020000 --region 0x60000000+4K
refused template --master /audio@10010000 --region 0x68000000+4K
refused stops --master /serial@9000000 --region 0x68000000+4K
same annotate-refused.txt

# --- plan ---------------------------------------------------------------------------------
: > "$out/plan.txt"
planned()
{
    {
        echo "$ $*"
        tool plan "$@" > "$out/planned" 2>&1
        status=$?
        # Of a guest that part alone: the other is always the same.
        case $1 in
        --guest) sed -n '/^guest of/,$p; /^xen-rmr:/p' "$out/planned" ;;
        *) cat "$out/planned" ;;
        esac
        echo "status $status"
    } >> "$out/plan.txt"
}

planned passthrough.dtb
planned --ipa-bits 44 binding.dtb
planned masked.dtb
planned narrow-bus.dtb
planned aliases.dtb
planned bare.dtb
planned stops.dtb
planned empty.dtb
planned --guest memory=256,dtdev=/nowhere empty.dtb
planned --guest memory=1024 passthrough.dtb
planned --guest memory=1024,dtdev=/display@10000000 passthrough.dtb
planned --guest dtdev=/audio@10010000,memory=4096 passthrough.dtb
planned --guest memory=256,dtdev=/nvidia,dc@10040000,rdm_policy=relaxed,dtdev=/mine@10050000 passthrough.dtb
planned --guest memory=256,dtdev=/nvidia,dc@10040000,dtdev=/mine@10050000 passthrough.dtb
planned --guest memory=256,dtdev=/camera@10020000 passthrough.dtb
planned --guest memory=1100000,dtdev=/display@10000000 passthrough.dtb
planned --guest memory=100000000 passthrough.dtb
planned --guest memory=256,dtdev=/nowhere passthrough.dtb
planned --guest memory=256,dtdev=/display@10000000 binding.dtb
planned --guest memory=256,dtdev=/chain1 streams.dtb
planned --guest memory=0 passthrough.dtb
planned --guest dtdev=/display@10000000 passthrough.dtb
planned --guest memory=1,rdm_policy=relaxed passthrough.dtb
planned --guest memory=256,dtdev=/display@10000000,dtdev=/display@10000000 passthrough.dtb
planned --guest memory=256,vcpus=2 passthrough.dtb
planned --ipa-bits 41 passthrough.dtb
planned --json passthrough.dtb
same plan.txt
tool plan --svg --guest memory=1024,dtdev=/audio@10010000 passthrough.dtb > "$out/plan.svg"
same plan.svg

# What another command has is no option of this one; explain takes one code.
for words in "lint --svg bare.dtb" "annotate --json bare.dtb" "explain --rmr no" "explain kept kept"
do
    tool $words > "$out/wrong" 2>&1
    [ $? = 64 ] && [ "$(wc -l < "$out/wrong")" = 1 ]
    verdict $? "$words: $(cat "$out/wrong")"
done

# --- Help, man page, completion ------------------------------------------------------------
options()
{
    grep -o -e '--[a-z][a-z-]*' "$@" | sort -u
}

tool --help > "$out/help"
verdict $? "no help"
[ "$(awk 'length($0) > 80' "$out/help")" = "" ]
verdict $? "the help is wider than a screen"
sed -n 's/.*{ "\([a-z-]*\)", \(no\|required\)_argument.*/--\1/p' "$tool_src/main.c" | sort > "$out/options"
options "$out/help" > "$out/options.help"
# The long form of -o is not in the short text.
sed '/^--output$/d' "$out/options" | diff - "$out/options.help"
verdict $? "the help has other options than the program"
options "$tool_src/../../docs/man/xen-rmr.1.pod" | diff "$out/options" -
verdict $? "the man page has other options than the program"
options "$tool_src/bash-completion" | diff "$out/options" -
verdict $? "the completion has other options than the program"
if command -v podchecker > /dev/null
then
    podchecker -warnings "$tool_src/../../docs/man/xen-rmr.1.pod" 2> "$out/pod.log"
    verdict $? "man page: $(cat "$out/pod.log")"
fi

# complete WORD...: what is offered for the last.
complete()
{
    PATH=$O:$PATH bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _xen_rmr; echo "${COMPREPLY[@]}"' \
        "$tool_src/bash-completion" "$@"
}

{
    complete xen-rmr ''
    complete xen-rmr lint --
    complete xen-rmr plan --ipa-bits 4
    complete xen-rmr annotate --o
    complete xen-rmr explain region-not
} > "$out/completion.txt" 2>&1
same completion.txt

# --- Trees that are none ----------------------------------------------------------------
# hostile NAME: $out/NAME is refused, and with a reason.
: > "$out/hostile.txt"
hostile()
{
    {
        echo "$ $1"
        ( cd "$out" && timeout 60 "$O/xen-rmr" lint "$1" 2>&1 )
        echo "status $?"
    } >> "$out/hostile.txt"
}

: > "$out/empty"
hostile empty
echo "no tree" > "$out/words"
hostile words
mkdir "$out/folder"
hostile folder
hostile nowhere
cp "$O/dts/binding.dtb" "$out/no-end"
fdtput -t bx "$out/no-end" /serial@9000000 compatible 61 62 63
hostile no-end
cp "$O/dts/binding.dtb" "$out/huge-cells"
fdtput -t x "$out/huge-cells" /reserved-memory '#size-cells' ffffffff
hostile huge-cells
cp "$O/dts/binding.dtb" "$out/no-cells"
fdtput -t bx "$out/no-cells" /reserved-memory '#address-cells' 02
hostile no-cells
{
    cat "$O/dts/binding.dtb"
    head -c 3000000 /dev/zero
} > "$out/large"
hostile large
# A header for 64 nodes, one inside the other.
{
    printf '\320\015\376\355\0\0\003\110\0\0\0\070\0\0\003\110\0\0\0\050\0\0\0\021\0\0\0\020'
    printf '\0\0\0\0\0\0\0\0\0\0\003\020\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
    printf '\0\0\0\001\0\0\0\0'
    for i in $(seq 64); do printf '\0\0\0\001a\0\0\0'; done
    for i in $(seq 65); do printf '\0\0\0\002'; done
    printf '\0\0\0\011'
} > "$out/deep"
hostile deep
# A property behind a node: Xen says so, and stops.
{
    printf '\320\015\376\355\0\0\0\144\0\0\0\070\0\0\0\140\0\0\0\050\0\0\0\021\0\0\0\020'
    printf '\0\0\0\0\0\0\0\004\0\0\0\050\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
    printf '\0\0\0\001\0\0\0\0\0\0\0\001a\0\0\0\0\0\0\002'
    printf '\0\0\0\003\0\0\0\0\0\0\0\0\0\0\0\002\0\0\0\011p\0\0\0'
} > "$out/property-last"
hostile property-last
echo '/dts-v1/; /plugin/; &{/} { a { b; }; };' | dtc -q -I dts -O dtb -o "$out/overlay" -
hostile overlay
same hostile.txt

size=$(wc -c < "$O/dts/binding.dtb")
for length in $(seq 0 61 "$((size - 1))")
do
    head -c "$length" "$O/dts/binding.dtb" > "$out/cut"
    timeout 60 "$O/xen-rmr" lint "$out/cut" > "$out/cut.log" 2>&1
    [ $? = 2 ]
    verdict $? "a tree that is cut off after $length bytes: $(cat "$out/cut.log")"
done

# --- Each code has been seen ---------------------------------------------------------
tool explain | sed -n 's/^\([a-z-]*\): \(note\|warning\|error\)$/\1/p' | sort -u > "$out/codes"
cat "$out"/*.codes | sort -u | comm -23 "$out/codes" - > "$out/unseen"
comm -3 "$out/unseen" "$here/unseen.txt" > "$out/differs"
[ ! -s "$out/differs" ] || [ "$skipped" != 0 ]
verdict $? "codes that no fixture shows: $(xargs < "$out/unseen")"

echo "xen-rmr: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
