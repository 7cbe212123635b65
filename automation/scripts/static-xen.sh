#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# static-xen.sh [--self-test]: Xen's own analysis, scripts/xen-analysis.py with
# cppcheck and its MISRA addon, over our files and the lines that our patches
# add, as variant `ours` compiles them. It runs in a copy of the tree, since the
# script changes the sources that it analyses; only the objects that hold
# something of ours are built there. Exit status 77: Xen's script refuses the
# cppcheck installed. Works with cppcheck 2.10 and 2.17.
#
# --self-test: mistakes put into that copy have to be found.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

self_test=no
[ "${1:-}" != --self-test ] || self_test=yes

# Rules that Xen follows only as deviations.rst and rules.rst say, which the
# addon does not know. 10.1, 14.4: conditions may be integers and pointers, and
# bitwise operators are fine with them. 10.3, 10.4: constants of either sign,
# and "aspirational". 12.2: left to UBSAN. 17.7: "aspirational". 17.3: the
# compiler's; of the addon only macros that it does not see through.
skip_rules=10.1,10.3,10.4,12.2,14.4,17.3,17.7

# Findings that are none: id, and a text in the line that it is reported for
# ("-": in any).
accepted()
{
    sed 's/ *#.*//' <<'END'
arithOperationsOnVoidPointer -          # GNU C, as Xen is written
constParameterPointer -                 # MISRA 8.13, which Xen did not adopt:
constVariablePointer -                  # list heads are not the lists
knownConditionTrueFalse *value ==       # paddr_t can have 32 bits
misra-c2012-9.2 = {};                   # GNU C, as Xen is written
misra-c2012-11.3 container_of(          # Xen's macro
misra-c2012-11.6 copy_to_guest(         # Xen's macro, and allowed by rules.rst
misra-c2012-11.8 dev_to_dt(             # Xen's macro
misra-c2012-17.2 free_subtable(         # bounded, which rules.rst allows
misra-config IS_ENABLED(                # what is off has no value
redundantInitialization lpae_set_mfn(   # sets a bit field of it
redundantPointerOp clean_dcache(        # Xen's macro
END
}

automation/scripts/build.sh ours
base=$(cd "$SRC_DIR/xen" && pwd -P)
out=$TREE_DIR/ours/xen/out-ours
work=$TOP/$(mktemp -d "$BUILD/static-xen.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
tree=$work/tree

# edit FILE PROGRAM...: the copy's file through a program; the hard link to the
# tree that is built is cut.
edit()
{
    edited=$tree/$1
    shift
    "$@" < "$edited" > "$work/edited"
    rm -f "$edited"
    mv "$work/edited" "$edited"
}

copy_tree()
{
    mkdir -p "$tree" "$work/out/arch/arm" "$work/bin"
    ( cd "$TREE_DIR/ours" &&
      find Config.mk config scripts docs/misra xen -path 'xen/out-*' -prune -o \( -type f -o -type l \) -print |
      cpio -pdlm --quiet "$tree" )
    # What Xen's make generates before it compiles.
    cp -a "$out/.config" "$out/include" "$out/tools" "$work/out"
    cp -a "$out/arch/arm/include" "$work/out/arch/arm"
    # The scripts of Xen ask for `python'.
    ln -s /usr/bin/python3 "$work/bin/python"

    # What cppcheck does not parse, and gives a whole file up for: casts to the
    # type of an expression, a directive among the arguments of a macro, and a
    # block that is an initialiser.
    edit xen/include/xen/compiler.h sed '$a\
#ifdef CPPCHECK\
#undef RELOC_HIDE\
#define RELOC_HIDE(ptr, off) (\&(ptr)[off])\
#endif'
    edit xen/arch/arm/include/asm/grant_table.h sed '$a\
#ifdef CPPCHECK\
#undef gnttab_dom0_frames\
#define gnttab_dom0_frames() opt_max_grant_frames\
#endif'
    edit xen/drivers/passthrough/arm/smmu-v3.h sed '$a\
#ifdef CPPCHECK\
#undef FIELD_PREP\
#define FIELD_PREP(mask, val) (((uint64_t)(val) << (ffs64(mask) - 1)) \& (mask))\
#endif'
    edit xen/drivers/passthrough/arm/smmu-v3.c awk '
        /^#ifdef __BIG_ENDIAN$/ { first = $0; getline second; getline third
            if ( third == "#endif" ) first = second = third = ""
            print first; print second; print third; next }
        { print }'
}

own=$(overlay_files | grep '^xen/.*\.[ch]$')
patched=$(for patch in $(overlay_patches all); do patch_files "$patch"; done |
          grep '^xen/.*\.[ch]$' | sort -u)

# The seeds: an octal constant for MISRA, a NULL that is read for
# cppcheck alone; in a file of ours, and in lines added to one of Xen's.
seeded="xen/drivers/passthrough/arm/rmr/table.c xen/drivers/passthrough/arm/iommu.c"
seed()
{
    edit "$1" sed '$a\
unsigned int seeded(void);\
unsigned int seeded(void)\
{\
    const unsigned int *null = NULL;\
    return *null + 011;\
}'
}

# The objects of C files that are built in this configuration and by themselves.
objects()
{
    for source in "$@"
    do
        object=${source#xen/}
        object=${object%.c}.o
        [ "$object" = "${source#xen/}.o" ] || [ ! -f "$out/$object" ] || echo "$object"
    done
}

# ours: the lines that count, FILE LINE or FILE with "all".
ours()
{
    for file in $own
    do
        echo "$file all"
    done
    for file in $patched
    do
        diff "$base/$file" "$tree/$file" | sed -n 's/^[0-9,]*[ac]\([0-9,]*\)$/\1/p' |
            awk -F, -v file="$file" '{ for ( i = $1; i <= $NF; i++ ) print file, i }'
    done
}

# analyse OBJECT...: Xen's report, in $work/out/cppcheck-report.
analyse()
{
    # Xen's script says `build'; what that is, and it alone, is said here.
    printf 'build: ; $(MAKE) -C %s %s\n%%: ; $(MAKE) -C %s $@\n' \
        "$tree/xen" "$*" "$tree/xen" > "$work/objects.mk"
    env -i PATH="$work/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="${HOME:-/}" LC_ALL=C \
        XEN_WHOAMI=rmr XEN_DOMAIN=ours XEN_BUILD_HOST=bench \
        nice /usr/bin/python3 "$tree/xen/scripts/xen-analysis.py" \
        --run-cppcheck --cppcheck-misra --cppcheck-skip-rules="$skip_rules" -- \
        O="$work/out" XEN_TARGET_ARCH=arm64 CROSS_COMPILE="$CROSS_COMPILE_ARM64" \
        PYTHON=/usr/bin/python3 -f "$work/objects.mk" -j"$JOBS" > "$work/log" 2>&1 && return
    refusal=$(sed -n 's/^ERROR: \(.*[Cc]ppcheck version.*\)/\1/p' "$work/log")
    if [ -n "$refusal" ]
    then
        echo "Xen's script refuses $(cppcheck --version): $refusal; plain cppcheck (test static) is all there is"
        exit 77
    fi
    tail -n 20 "$work/log" >&2
    die "Xen's script failed"
}

# findings: those in lines of ours that are not accepted, and whatever kept
# cppcheck from reading a file, wherever that is.
findings()
{
    awk -v tree="$tree" '
        FILENAME ~ /accepted$/ { id = $1; sub(/^[^ ]+ /, ""); accepted[id, ++nr[id]] = $0; next }
        FILENAME ~ /ours$/ { ours[$1, $2] = 1; next }
        {
            file = $0
            sub(/\([0-9]+,[0-9]+\):.*/, "", file)
            split(substr($0, length(file) + 2), where, ",")
            line = where[1]
            rest = $0
            sub(/^[^:]*:/, "", rest)
            split(rest, word, ":")
            id = word[1]
        }
        id ~ /^(syntaxError|internalAstError|internalError|preprocessorErrorDirective|unknownMacro|cppcheckError)$/ {
            print file ":" line ": " rest
            next
        }
        word[2] == "information" || !((file, "all") in ours || (file, line) in ours) { next }
        {
            if ( !(file in read_in) )
                for ( n = 1; (getline text[file, n] < (tree "/" file)) > 0; n++ )
                    read_in[file] = n
            for ( i = 1; i <= nr[id]; i++ )
                if ( accepted[id, i] == "-" || index(text[file, line], accepted[id, i]) )
                    next
            print file ":" line ": " rest
        }' "$work/accepted" "$work/ours" "$work/out/cppcheck-report/xen-cppcheck.txt" | sort -u
}

copy_tree
accepted > "$work/accepted"
if [ $self_test = yes ]
then
    for file in $seeded
    do
        seed "$file"
    done
    set -- $(objects $seeded)
else
    set -- $(objects $(echo "$own" "$patched" | grep '\.c$'))
fi
[ $# -gt 0 ] || die "there is nothing to analyse"
ours > "$work/ours"
analyse "$@"
# Xen's own headers are never without one.
grep -q ':misra-c2012-' "$work/out/cppcheck-report/xen-cppcheck.txt" ||
    die "the MISRA addon did not run: see docs/misra/cppcheck.txt of Xen"
findings > "$work/findings"
cat "$work/findings"
count=$(wc -l < "$work/findings")
if [ $self_test = yes ]
then
    for file in $seeded
    do
        for id in nullPointer misra-c2012-7.1
        do
            grep -q "^$file:[0-9]*: $id:" "$work/findings" || die "$id, seeded into $file, was not found"
        done
    done
    say "all seeded mistakes were found"
    exit 0
fi
say "$(cppcheck --version), $# objects, $count findings"
[ "$count" = 0 ]
