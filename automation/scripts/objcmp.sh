#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# objcmp.sh [--self-test]: guarantee G8. Every C file of Xen that a patch
# touches is compiled once as in variant `off` (ARM_RMR=n) and once as in
# variant `fixes`, and the allocated sections are compared, relocations
# included. Line numbers, which differ by where a hook was added, are masked by
# giving __LINE__ one value in both: they end up in bug frames and in messages.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

objcopy=${CROSS_COMPILE_ARM64}objcopy
objdump=${CROSS_COMPILE_ARM64}objdump
self_test=no
[ "${1:-}" != --self-test ] || self_test=yes

automation/scripts/build.sh fixes off
work=$(mktemp -d "$BUILD/objcmp.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

output_dir()
{
    case $1 in
    off) echo "$TREE_DIR/ours/xen/out-off" ;;
    fixes) echo "$TREE_DIR/fixes/xen/out-fixes" ;;
    esac
}

# masked_object VARIANT FILE OBJECT [FLAG...]: the command of the build itself,
# with another output and __LINE__ masked.
masked_object()
{
    object_dir=$(output_dir "$1")
    object_cmd=$object_dir/${2%/*}/.${2##*/}
    object_cmd=${object_cmd%.c}.o.cmd
    object_out=$TOP/$3
    shift 3
    set -- "$(sed -n '1s/^cmd_[^ ]* := //p' "$object_cmd" | sed 's/ -o [^ ]*$//; s/ -MMD -MP -MF [^ ]*//')" "$@"
    object_line=$1
    shift
    ( cd "$object_dir" &&
      # The compiler has no switch against its warning about __LINE__.
      eval "PATH=/usr/bin:/bin CCACHE_DISABLE=1 $object_line -Wno-error -D__LINE__=0 $* -o '$object_out'" ) \
        2> "$work/compiler" || { cat "$work/compiler" >&2; die "$compare_file does not compile by itself"; }
}

# allocated OBJECT: the allocated sections' names and sizes, contents and relocations as text.
allocated()
{
    "$objcopy" --strip-debug --remove-section=.comment --remove-section=.note.GNU-stack "$1" "$1.alloc"
    "$objdump" -w -h "$1.alloc" | awk '/ALLOC/ { print $2, $3 }'
    "$objdump" -s -r "$1.alloc" | sed '/file format/d'
}

# compare FILE [FLAG...]: flags go to the object of `off`.
compare()
{
    compare_file=$1
    shift
    masked_object fixes "$compare_file" "$work/fixes.o"
    masked_object off "$compare_file" "$work/off.o" "$@"
    allocated "$work/fixes.o" > "$work/fixes.txt"
    allocated "$work/off.o" > "$work/off.txt"
    [ "$(wc -l < "$work/fixes.txt")" -gt 10 ] || die "$compare_file: nothing to compare in its object"
    cmp -s "$work/fixes.txt" "$work/off.txt"
}

files=$(for patch in $(overlay_patches all); do patch_files "$patch"; done |
        sed -n 's,^xen/\(.*\.c\)$,\1,p' | sort -u)
[ -n "$files" ] || die "no patch touches a C file of Xen: nothing to compare"

equal=0 different=0
for file in $files
do
    if [ ! -f "$(output_dir off)/${file%.c}.o" ] && [ ! -f "$(output_dir fixes)/${file%.c}.o" ]
    then
        echo "not built $file (neither variant compiles it)"
        continue
    fi
    if [ $self_test = yes ]
    then
        # Another optimisation level than a debug build's has to be noticed in each file.
        if compare "$file" -O2
        then
            echo "EQUAL     $file (compiled differently, and not noticed)"
            different=$((different + 1))
        else
            echo "noticed   $file"
            equal=$((equal + 1))
        fi
        continue
    fi
    if compare "$file"
    then
        echo "equal     $file"
        equal=$((equal + 1))
    else
        echo "DIFFERENT $file: $(diff "$work/fixes.txt" "$work/off.txt" | grep -c '^[<>]') lines of the dump differ"
        diff -u "$work/fixes.txt" "$work/off.txt" | head -n 30
        different=$((different + 1))
    fi
done

if [ $self_test = yes ]
then
    say "$equal files compiled differently were noticed, $different were not"
else
    say "$equal files equal, $different different"
fi
[ $different = 0 ] && [ $equal -gt 0 ]
