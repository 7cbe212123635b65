#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# series.sh [-s] [TREE]: the overlay as patches for review, with a cover letter,
# in build/series; for Xen's source as `make build` has it, or for TREE. First
# each fix as it stands, then each file of patches/steps:
#
#   message                      subject, empty line, text; nothing: that of the
#   ---                          first patch below
#   hooks/NAME.patch [FILE...]   a patch, or what it changes in these files
#   PATH [EXPRESSION]            our files (PATH may be a folder or a pattern); with
#                                an expression of sed, what that makes of the file
#                                until a later step completes it
#
# In the end all has to be what `make apply` makes of the same tree. With -s the
# commits stay in build/series.git, for tests.

. "$(dirname "$0")/env.sh"
. automation/scripts/overlay.sh

keep=no
if [ "${1:-}" = -s ]
then
    keep=yes
    shift
fi
command -v git >/dev/null || die "the program git is missing (package git)"
author=$(git config user.name || :)
mail=$(git config user.email || :)
[ -n "$author" ] && [ -n "$mail" ] ||
    die "git does not know who you are, and patches are signed off:" \
        "git config --global user.name 'Your Name'; git config --global user.email you@example.org"

if [ -n "${1:-}" ]
then
    case $1 in
    /*) base=$1 ;;
    *) base=$CALLER_DIR/$1 ;;
    esac
    [ -f "$base/xen/Makefile" ] || die "$1 is not a Xen source tree (no xen/Makefile)"
else
    automation/scripts/fetch.sh xen
    base=$TOP/$SRC_DIR/xen
fi
steps=${PATCH_SERIES%/*}/steps

mkdir -p "$BUILD"
work=$(mktemp -d "$BUILD/series.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
tree=$work/tree
mkdir "$tree"

# scratch ARGUMENT...: git on the scratch repository, with nothing of the
# caller's configuration but who he is.
scratch()
{
    GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
        git -C "$tree" -c user.name="$author" -c user.email="$mail" -c core.autocrlf=false "$@"
}

# message FILE: what stands before the first line "---".
message()
{
    sed '/^---$/,$d' "$1"
}

# commit TITLE: what has changed, with the message on standard input.
commit()
{
    scratch add -A
    scratch commit -q -s -F - || die "$1: nothing to commit, or no message"
}

# part PATCH FILE...: what the patch changes in these files.
part()
{
    awk -v files="$*" '
        BEGIN { n = split(files, names, " "); for (i = 2; i <= n; i++) wanted[names[i]] = 1 }
        /^diff --git / { file = $4; sub(/^b\//, "", file) }
        file in wanted' "$1"
}

step_patch()
{
    step_source=${PATCH_SERIES%/*}/$1
    shift
    grep -q "^${step_source#"${PATCH_SERIES%/*}/"}\( \|$\)" "$PATCH_SERIES" ||
        die "$step: $step_source is not in $PATCH_SERIES"
    # A variant for other trees.
    overlay_patches all "$base" | grep -qxF "$step_source" || return 0
    : "${first:=$step_source}"
    if [ $# -gt 0 ]
    then
        part "$step_source" "$@" > "$work/part.patch"
        [ "$(patch_files "$work/part.patch" | wc -l)" = $# ] || die "$step: $step_source does not change all of $*"
        step_source=$work/part.patch
    fi
    stage_patch "$step_source" "$base" "$tree" || die "$step: $step_source does not apply: $STAGE_ERROR"
}

step_own()
{
    step_files=$(for path in $1; do awk -v p="$path" '$0 == p || index($0, p "/") == 1' "$work/own"; done)
    [ -n "$step_files" ] || die "$step: there is no $1"
    for file in $step_files
    do
        mkdir -p "$tree/$(dirname "$file")"
        cp -p "$work/whole/$file" "$tree/$file"
        [ -z "$2" ] || sed -i "$2" "$tree/$file"
    done
}

# What the whole overlay makes of the tree; says early what does not apply.
overlay_files > "$work/own"
stage_series "$base" "$work/whole" all ||
    die "$STAGE_PATCH does not apply to Xen $(xen_version "$base"): $STAGE_ERROR"
stage_own "$work/whole" "$base"

# The beginning: those files of Xen's that the series changes.
scratch init -q -b series
for file in $(stage_list "$work/whole")
do
    stage_file "$file" "$base" "$tree"
done
scratch add -A
scratch commit -q -m "Xen $(xen_version "$base")"
scratch tag base

for patch in $(overlay_patches fixes "$base")
do
    stage_patch "$patch" "$base" "$tree" || die "$patch does not apply: $STAGE_ERROR"
    message "$patch" | commit "$patch"
done
for step in "$steps"/[0-9]*
do
    first=
    awk 'items; /^---$/ { items = 1 }' "$step" > "$work/items"
    while read -r item rest
    do
        case $item in
        '') ;;
        hooks/*) step_patch "$item" $rest ;;
        *) step_own "$item" "$rest" ;;
        esac
    done < "$work/items"
    message "$step" > "$work/message"
    [ -s "$work/message" ] || message "$first" > "$work/message"
    commit "$step" < "$work/message"
done

scratch ls-files | sort | while read -r file
do
    cmp -s "$tree/$file" "$work/whole/$file" || die "$file is not as the overlay has it after the last step"
done
for file in $(stage_list "$work/whole")
do
    [ -e "$tree/$file" ] || die "no step has $file"
done

scratch format-patch -q --zero-commit --no-signature --no-renames --cover-letter --stat=110 -o "$TOP/$work/new" base
# In the letter the tests' many small files are not listed.
awk -v cover="$steps/cover" '
    sub(/\*\*\* SUBJECT HERE \*\*\*/, "") { getline line < cover; print $0 line; getline line < cover; next }
    /\*\*\* BLURB HERE \*\*\*/ { while ((getline line < cover) > 0) print line; next }
    /^ (create mode|.*tests\/rmr\/|\.\.\.\/.*mistakes\/)/ { next }
    { print }' "$work/new/0000-cover-letter.patch" > "$work/cover"
mv "$work/cover" "$work/new/0000-cover-letter.patch"
rm -rf "$BUILD/series" "$BUILD/series.git"
mv "$work/new" "$BUILD/series"
[ $keep = no ] || mv "$tree" "$BUILD/series.git"
say "$(overlay_patches fixes "$base" | wc -l) fixes and $(ls "$steps" | grep -c '^[0-9]') steps for Xen $(xen_version "$base"): $BUILD/series"
