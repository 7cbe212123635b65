#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# static.sh: cppcheck over every C file of ours. Hypervisor files are read as
# the build of variant `ours` compiles them: after its own preprocessor, with
# its configuration. Findings in files that are not ours do not count. Xen's own
# script (static-xen.sh) reads macros less well, but knows MISRA and style.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

automation/scripts/build.sh ours
work=$(mktemp -d "$BUILD/static.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
findings=$TOP/$work/findings
: > "$findings"

# analyse OPTION|FILE...: one finding a line.
analyse()
{
    cppcheck --quiet -j "$JOBS" --enable=warning,performance,portability --inline-suppr \
        --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
        --template='{file}:{line}: {severity}: {message} [{id}]' "$@" 2>> "$findings"
}

own_c()
{
    find "$@" -name '*.c' 2>/dev/null | sort
}

programs=$(own_c automation tools)
# Headers of the system and of Xen are not read here; loops that are macros, and
# what does not return, have to be known, though.
cat > "$work/loops.h" <<'EOF'
#define fail_msg(...) abort()
#define json_array_foreach(a, i, v) for ( i = 0; (v = json_array_get(a, i)); i++ )
#define list_for_each_entry(p, h, m) for ( p = first_entry(h); p; p = next_entry(p) )
#define list_for_each_entry_safe(p, n, h, m) for ( p = first_entry(h), n = next_entry(p); p; p = n, n = next_entry(p) )
#define SWITCH_FOREACH_OPT(o, s, l, c, n) switch (o = next_option(s, l))
#define rmr_for_each_master(m) for ( m = first_master(); m; m = next_master(m) )
#define fdt_for_each_subnode(n, f, p) for ( n = child_node(f, p); n >= 0; n = next_node(f, n) )
#define fdt_for_each_property_offset(p, f, n) for ( p = child_node(f, n); p >= 0; p = next_node(f, p) )
#define dt_for_each_device_node(r, d) for ( d = r; d; d = next_node(d) )
#define dt_for_each_property_node(n, p) for ( p = n; p; p = next_property(p) )
#define dt_for_each_child_node(r, d) for ( d = child_node(r); d; d = next_node(d) )
EOF
[ -z "$programs" ] || analyse --std=c99 --include="$work/loops.h" $programs

# And the files of Xen that include C files of ours. Macros whose value nobody
# uses, and offsets of void pointers, are how Xen is written.
tree=$TREE_DIR/ours/xen
out=$tree/out-ours
hypervisor=$(own_c xen)
including=$(for patch in $(overlay_patches all); do patch_files "$patch"; done | sort -u |
            while read -r file; do grep -ls '^#include "rmr/.*\.c"' "$TREE_DIR/ours/$file" || :; done |
            sed "s,^$TREE_DIR/ours/,,")
for file in $hypervisor $including
do
    cmd=$out/${file#xen/}
    cmd=${cmd%/*}/.$(basename "$cmd" .c).o.cmd
    # Not built in this configuration, or part of another file.
    [ -f "$cmd" ] || continue
    command=$(sed -n '1s/^cmd_[^ ]* := //p' "$cmd" | sed 's/ -o [^ ]*$//; s/ -MMD -MP -MF [^ ]*//; s/ -c / -E /')
    preprocessed=$TOP/$work/$(echo "$file" | tr / _)
    # cppcheck does not parse the casts that FIELD_PREP and this_cpu() make, to
    # the type of an expression; a call in their place, and a plain value in the
    # assembler's, keep everything else as it is.
    ( cd "$out" && eval "PATH=/usr/bin:/bin CCACHE_DISABLE=1 $command" |
      sed 's/^# \([0-9]*\) \("[^"]*"\).*/#line \1 \2/; s/(typeof(\((*~\)/(cast_of(\1/g
           s/__asm__ ("" : "=r"(__ptr) : "0"(&per_cpu__\([a-z0-9_]*\)));/__ptr = address_of(per_cpu__\1);/g
           s/(typeof(&per_cpu__[a-z0-9_]*)) (/cast_of(/g' > "$preprocessed" )
    analyse --std=c99 --suppress=constStatement --suppress=arithOperationsOnVoidPointer \
        "$preprocessed"
done

# What cppcheck says about our files, under their names here; and what kept it
# from reading them, wherever that is.
sed "s,^\.\./,xen/," "$findings" | while IFS=: read -r file rest
do
    case $rest in
    *': information: '*) ;;
    *'[preprocessorErrorDirective]' | *'[syntaxError]' | *'[internalAstError]' | *'[unknownMacro]') echo "$file:$rest" ;;
    *) [ ! -f "$file" ] || echo "$file:$rest" ;;
    esac
done | sort -u > "$work/own"
count=$(wc -l < "$work/own")
cat "$work/own"
say "$(echo $programs $hypervisor | wc -w) files, $count findings"
[ "$count" = 0 ]
