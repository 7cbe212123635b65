#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# series.sh CASE: `make series`. Called by the test driver.

. "$(dirname "$0")/../env.sh"
. automation/scripts/overlay.sh

# Who sends it does not matter here, and a machine that only tests has nobody.
GIT_CONFIG_COUNT=2
GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0="A U Thor"
GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=author@example.org
export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_CONFIG_KEY_1 GIT_CONFIG_VALUE_1

mkdir -p "$CHECK_DIR"
work=$TOP/$(mktemp -d "$CHECK_DIR/series.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
source=$TOP/$SRC_DIR/xen

# Each patch applies with git to a tree of its own, and has the form that Xen's
# list asks for; in the end every file is what `make apply` makes of it.
case_form()
{
    make -s series
    mkdir "$work/am" "$work/applied"
    cp -al "$source/." "$work/applied"
    make -s apply XEN_SRC="$work/applied" > "$work/out"

    cp -al "$source/." "$work/am"
    git -C "$work/am" init -q
    # Neither git nor `make apply` writes into a file that is linked.
    git -C "$work/am" add -A -f
    git -C "$work/am" commit -q -m base
    git -C "$work/am" tag base
    find "$TOP/$BUILD/series" -name '*.patch' ! -name '0000-*' | sort |
        xargs git -C "$work/am" -c core.whitespace=-trailing-space,-space-before-tab am -q
    rm -rf "$work/am/.git/rebase-apply"

    commits=$(git -C "$work/am" rev-list --reverse base..HEAD)
    patches=$(ls "$BUILD/series" | grep -vc cover-letter)
    [ "$(echo "$commits" | wc -l)" = "$patches" ] || die "$patches patches are not as many commits"
    for commit in $commits
    do
        subject=$(git -C "$work/am" log -1 --format=%s "$commit")
        [ "${#subject}" -le 72 ] || die "longer than 72 characters: $subject"
        case $subject in
        *:\ *[!.]) ;;
        *) die "a subject is 'area: what', without a full stop: $subject" ;;
        esac
        [ "$(git -C "$work/am" log -1 --format='%(trailers:key=Signed-off-by,valueonly)' "$commit" | grep .)" = \
          "A U Thor <author@example.org>" ] || die "not signed off once: $subject"
        [ "$(git -C "$work/am" log -1 --format='%an <%ae>' "$commit")" = "A U Thor <author@example.org>" ] ||
            die "not by its author: $subject"
        [ -n "$(git -C "$work/am" log -1 --format=%b "$commit" | grep -v '^Signed-off-by:' | grep .)" ] ||
            die "says nothing: $subject"
        [ "$(git -C "$work/am" log -1 --format=%B "$commit" | awk 'length($0) > 80' | wc -l)" = 0 ] ||
            die "lines of more than 80 characters: $subject"
        # What tests compare with may end in blanks.
        git -C "$work/am" diff --check "$commit~" "$commit" -- . ':!*.patch' ':!*.diff' ':!tools/tests/*.txt' ||
            die "whitespace: $subject"
    done
    grep -q 'HERE \*\*\*' "$BUILD/series"/0000-cover-letter.patch && die "the cover letter is not filled in"

    rm -rf "$work/am/.git"
    diff -r "$work/am" "$work/applied" || die "the series and make apply differ"
    # Not only the contents.
    ( cd "$work/am" && find . -type f -perm -100 | sort ) > "$work/am.modes"
    ( cd "$work/applied" && find . -type f -perm -100 | sort ) | diff "$work/am.modes" - ||
        die "what can be executed differs"
}

# Without an identity there is no series, and the message says what to do.
case_nobody()
{
    GIT_CONFIG_VALUE_1=
    if automation/scripts/series.sh > "$work/out" 2>&1
    then
        die "a series by nobody"
    fi
    cat "$work/out"
    grep -q "git config --global user.email" "$work/out" || die "the message does not say what to do"
}

# A step that leaves something out, or has what is not there, is noticed.
case_incomplete()
{
    mkdir "$work/project"
    for path in Makefile Config.mk automation/scripts ${PATCH_SERIES%/*} $OVERLAY_DIRS
    do
        mkdir -p "$work/project/$(dirname "$path")"
        cp -a "$path" "$work/project/$path"
    done
    mkdir "$work/project/build" "$work/project/$SRC_DIR"
    ln -s "$source" "$work/project/$SRC_DIR/xen"
    cd "$work/project"
    # EDIT STEP TEXT...: what the message must say.
    for case in "/hooks\/kconfig/d core is not as the overlay has it" \
                "/sysctl\.c/d sysctl no step has xen/drivers/passthrough/arm/rmr/sysctl.c" \
                "/^xen.*rmr\.h$/d smmu rmr.h is not as the overlay has it" \
                "s/domctl\.c/domct1.c/ assign does not change all of" \
                "s/dump\.c/dumb.c/ master there is no xen/drivers/passthrough/arm/rmr/dumb.c" \
                "s/domains\.patch/domain.patch/ domains is not in"
    do
        set -- $case
        edit=$1 step=$(ls patches/steps | grep -x "[0-9]*-$2")
        shift 2
        cp "patches/steps/$step" "$work/step"
        sed -i "$edit" "patches/steps/$step"
        ! cmp -s "$work/step" "patches/steps/$step" || die "the edit of $step changes nothing"
        if automation/scripts/series.sh "$source" > "$work/out" 2>&1
        then
            die "not noticed in $step: $edit"
        fi
        cat "$work/out"
        grep -qF "$*" "$work/out" || die "the message does not say '$*'"
        cp "$work/step" "patches/steps/$step"
    done
}

# Each step builds without warnings, in one tree, one after the other; so do the
# tools, where it changes what they are made of. What a step brings is compiled
# by it, also where a later one links it.
case_builds()
{
    automation/scripts/series.sh -s
    rmr=xen/drivers/passthrough/arm/rmr
    out=$TOP/$TREE_DIR/series/xen/out-series
    # What an earlier start compiled is no sign of what a step compiles.
    rm -rf "$out/drivers/passthrough/arm/rmr"
    for commit in $(git -C "$BUILD/series.git" rev-list --reverse base..series)
    do
        git -C "$BUILD/series.git" checkout -q --detach "$commit"
        git -C "$BUILD/series.git" log -1 --format=%s "$commit"
        automation/scripts/build.sh series
        git -C "$BUILD/series.git" diff --name-only --diff-filter=A "$commit~" "$commit" -- "$rmr/*.c" > "$work/new"
        while read -r file
        do
            object=${file#xen/}
            object=${object%.c}.o
            if grep -qx "#include \"rmr/${file##*/}\"" "$TREE_DIR/series/${rmr%/rmr}"/*.c
            then
                echo "  included $file"
            elif [ -f "$out/$object" ]
            then
                echo "  linked   $file"
            else
                automation/scripts/build.sh -o "$object" series
                echo "  compiled $file"
            fi
        done < "$work/new"
        [ -z "$(git -C "$BUILD/series.git" diff --name-only "$commit~" "$commit" -- \
                tools xen/include/public ':!tools/tests')" ] || automation/scripts/tools.sh series
    done
}

"case_$1"
