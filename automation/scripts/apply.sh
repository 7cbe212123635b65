#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# apply.sh TREE: puts the overlay (our files and the patch series) onto a Xen
# tree. All results are made beside the tree's files first and moved into place
# only when every patch applied, so a tree is never left half patched: a start
# that is cut off while it moves them is completed by the next one.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

[ $# = 1 ] && [ -n "$1" ] ||
    die "usage: make apply XEN_SRC=<a Xen source tree>"
case $1 in
/*) tree=$1 ;;
*) tree=$CALLER_DIR/$1 ;;
esac
[ -f "$tree/xen/Makefile" ] && [ -d "$tree/xen/arch/arm" ] ||
    die "$1 is not a Xen source tree (no xen/Makefile, no xen/arch/arm); nothing was changed"
command -v patch >/dev/null || die "the program patch is missing (package patch); nothing was changed"

version=$(xen_version "$tree")
journal=$tree/.rmr-apply
series_size=$(overlay_patches all "$tree" | wc -l)

# Moves the journal's results into place. Each target must still be what it was
# when the result was made.
install_journal()
{
    for file in $(stage_list "$journal/new")
    do
        if [ -e "$tree/$file" ] && ! cmp -s "$tree/$file" "$journal/old/$file"
        then
            die "$tree/$file changed while the overlay was being applied; it and what comes after it" \
                "is left alone. Restore the tree (git checkout, or unpack it again), remove $journal and start again"
        fi
    done
    for file in $(stage_list "$journal/new")
    do
        mkdir -p "$tree/$(dirname "$file")"
        if [ -e "$tree/$file" ]
        then
            echo "  changed  $file"
        else
            echo "  added    $file"
        fi
        mv -f "$journal/new/$file" "$tree/$file"
    done
    rm -rf "$journal"
}

# The patch that failed, if it is on the tree already, tells of another version.
older_overlay()
{
    rm -rf "$stage"
    mkdir -p "$stage"
    ! stage_patch "$STAGE_PATCH" "$tree" "$stage" -R ||
        echo " (it is on the tree already, but the series as a whole is not: the tree has another version" \
             "of the overlay, or was edited; restore it first)"
}

# prepare_journal STAGE: keeps only what differs from the tree. The file `ready`
# comes last and is what makes the journal count.
prepare_journal()
{
    rm -rf "$journal"
    for file in $(stage_list "$1")
    do
        cmp -s "$1/$file" "$tree/$file" && continue
        mkdir -p "$journal/new/$(dirname "$file")" "$journal/old/$(dirname "$file")"
        cp "$1/$file" "$journal/new/$file"
        [ ! -e "$tree/$file" ] || cp -p "$tree/$file" "$journal/old/$file"
    done
    [ ! -d "$journal" ] || : > "$journal/ready"
}

if [ -f "$journal/ready" ]
then
    say "completing what an interrupted start began"
    install_journal
fi
rm -rf "$journal"

mkdir -p "$BUILD"
stage=$(mktemp -d "$BUILD/apply.XXXXXX")
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP

if [ "$series_size" -gt 0 ] && stage_reverse "$tree" "$stage"
then
    patched=yes
    rm -rf "$stage"
    mkdir -p "$stage"
else
    patched=no
    rm -rf "$stage"
    mkdir -p "$stage"
    stage_series "$tree" "$stage" all ||
        die "$STAGE_PATCH does not apply to Xen $version in $tree: $STAGE_ERROR$(older_overlay); nothing was changed"
fi

stage_own "$stage" "$tree"
if [ $patched = no ] && [ "$series_size" -gt 0 ]
then
    for file in $(overlay_files)
    do
        if [ -e "$tree/$file" ] && ! cmp -s "$stage/$file" "$tree/$file"
        then
            die "Xen $version in $tree has a file $file of its own; nothing was changed"
        fi
    done
fi
prepare_journal "$stage"

if [ ! -d "$journal" ]
then
    say "Xen $version in $tree has the overlay already; nothing was changed"
    exit 0
fi
if [ $patched = yes ]
then
    say "Xen $version in $tree has the $series_size patches already; bringing our files up to date:"
else
    say "putting $series_size patches and $(overlay_files | wc -l) files onto Xen $version in $tree:"
fi
install_journal
say "done"
