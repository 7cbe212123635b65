#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [-f] [-l] [-t GLOB]: runs the tests of automation/qemu/tests/*.list, and
# with -l or -t those of *.long, one a line: NAME KIND ARGUMENT... (quoted as in
# sh). A test of KIND is the function test_KIND below; -f leaves out what boots
# and what is long. What a failed test wrote stays in build/check/NAME; the last
# line counts, and the exit status tells the same. build/check/junit.xml has it for
# machines, a suite for each list.

. "$(dirname "$0")/env.sh"

fast=no more=no
pattern='*'
while getopts flt: option
do
    case $option in
    f) fast=yes ;;
    l) more=yes ;;
    t) pattern=$OPTARG more=yes ;;
    *) die "usage: check.sh [-f] [-l] [-t name]" ;;
    esac
done

SKIPPED=77
passed=0 failed=0 skipped=0
LOG_LINES=100
child=

# Ends a process and what it started, the youngest last: a parent must not see
# its child end first and start the next.
end_tree()
{
    kill "$1" 2>/dev/null || return 0
    for descendant in $(cat "/proc/$1/task/$1/children" 2>/dev/null)
    do
        end_tree "$descendant"
    done
}

interrupted()
{
    trap '' INT TERM HUP
    [ -z "$child" ] || { end_tree "$child"; wait "$child" 2>/dev/null || :; }
    echo "interrupted"
    summary
    exit 130
}
trap interrupted INT TERM HUP

# xml: the standard input as text of an XML file, also in an attribute: what is not
# plain ASCII may be anything, and is a question mark.
xml()
{
    tr -c '\11\12\40-\176' '?' | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

# junit: of the cases that run_test has left, one file a suite.
junit()
{
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo '<testsuites>'
        for cases in "$CHECK_DIR"/.junit/*
        do
            [ -f "$cases" ] || continue
            printf '<testsuite name="%s" tests="%s" failures="%s" errors="0" skipped="%s" time="%s">\n' \
                "$(basename "$cases" | xml)" "$(grep -c '^<testcase ' "$cases")" \
                "$(grep -c '^<failure ' "$cases")" "$(grep -c '^<skipped ' "$cases")" \
                "$(sed -n 's/^<testcase .* time="\([0-9]*\)".*/\1/p' "$cases" | awk '{ n += $1 } END { print n + 0 }')"
            cat "$cases"
            echo '</testsuite>'
        done
        echo '</testsuites>'
    } > "$CHECK_DIR/junit.xml.new"
    mv "$CHECK_DIR/junit.xml.new" "$CHECK_DIR/junit.xml"
}

# The count stays the last line.
summary()
{
    junit
    echo "$passed passed, $failed failed, $skipped skipped"
}

# --- Kinds of tests: run in a child, output to the test's log ----------------

# build VARIANT...: builds without warnings.
test_build()
{
    automation/scripts/build.sh "$@"
}

# objcmp [OPTION]: objects of ARM_RMR=n against stock with the fixes (G8).
test_objcmp()
{
    automation/scripts/objcmp.sh "$@"
}

# script FILE ARGUMENT...: a test script; exit status 77 is "skipped".
test_script()
{
    dir=$1
    shift
    "automation/scripts/tests/$dir" "$@"
}

# unit FOLDER TARGET: host tests that have a Makefile of their own.
test_unit()
{
    if [ ! -f "$1/Makefile" ]
    then
        echo "there is no $1/Makefile"
        return $SKIPPED
    fi
    automation/scripts/fetch.sh xen
    # What is compiled from the patched tree needs one that is up to date.
    case $1 in
    */model) automation/scripts/build.sh ours ;;
    esac
    make -C "$1" O="$TOP/$BUILD/test/$1" XEN_SRC="$TOP/$SRC_DIR/xen" TREE="$TOP/$TREE_DIR/ours" "$2"
}

# fuzz FOLDER SECONDS: a fuzzer, which begins anew each time.
test_fuzz()
{
    automation/scripts/deps.sh $PACKAGES_FUZZ
    automation/scripts/fetch.sh xen
    make -C "$1" O="$TOP/$BUILD/test/$1" XEN_SRC="$TOP/$SRC_DIR/xen" CLANG="$CLANG" SECONDS="$2" fuzz
}

# static FILE ARGUMENT...: no findings in our files.
test_static()
{
    file=$1
    shift
    "automation/scripts/$file" "$@"
}

# once NAME COMMAND...: what need not be done again in this run once it is done.
once()
{
    done_mark=$CHECK_DIR/.once/$1
    shift
    [ ! -e "$done_mark" ] || return 0
    "$@"
    : > "$done_mark"
}

# boot KEY=VALUE...: a scenario of the bench, with expect=pass (default) or
# expect=fail and reason=REGEX, which one of the report's reasons must match:
# a mistake has to be caught for what it is. see=REGEX and unseen=REGEX are about
# lines on the console, atmost=N:REGEX about how many there may be, disk=N about the
# generation that the disk holds in the end.
test_boot()
{
    expect=pass reason= variant=ours lines= tools= dom0=1
    words="xen=ours"
    for word in "$@"
    do
        case $word in
        expect=*) expect=${word#*=}; continue ;;
        reason=*) reason=${word#*=}; continue ;;
        see=* | unseen=* | atmost=* | disk=*)
            lines="$lines
$word"
            continue
            ;;
        xen=mistake:* | xen=variant:* | tools=mistake:*) word=${word%%:*}-${word#*:} ;;
        esac
        case $word in
        xen=*) variant=${word#*=} ;;
        dom0=*) dom0=${word#*=} ;;
        tools=*) tools=${word#*=} ;;
        esac
        words="$words
$word"
    done
    once "xen-$variant" automation/scripts/build.sh "$variant"
    if [ "$dom0" = xl ]
    then
        [ "$variant" = stock ] || : "${tools:=ours}"
        : "${tools:=stock}"
        once tools-packages automation/scripts/deps.sh $PACKAGES_TOOLS
        once "tools-$tools" automation/scripts/tools.sh "$tools"
        once "image-$tools" automation/scripts/image.sh "$tools"
    else
        once image automation/scripts/image.sh
    fi
    once bench make -s firmware hosttools

    # One word a line, so that words may hold spaces.
    oldifs=$IFS
    IFS='
'
    set -f
    set -- $words
    set +f
    IFS=$oldifs
    status=0
    BENCH_RUN_DIR=$TOP/$CHECK_DIR/$name/run automation/qemu/run.sh -q "$@" || status=$?
    case $expect/$status in
    pass/0) ;;
    fail/1)
        if ! sed -n '/"reasons"/,$p' "$CHECK_DIR/$name/run/report.json" | grep -Eq -- "$reason"
        then
            echo "failed as it should, but no reason matches '$reason'"
            return 1
        fi ;;
    pass/1) echo "the bench's verdict is fail"; return 1 ;;
    fail/0)
        # reason=CONSOLE: what the mistake does wrong shows there.
        [ "$reason" = CONSOLE ] || { echo "the bench did not notice: verdict pass"; return 1; }
        ! check_console "$lines" || { echo "the console shows nothing wrong"; return 1; }
        return 0 ;;
    *) echo "the bench brought no verdict (status $status)"; return 1 ;;
    esac
    check_console "$lines"
}

# check_console WORDS: one see=, unseen=, atmost= or disk= a line.
check_console()
{
    console=$CHECK_DIR/$name/run/console.log
    echo "$1" | while read -r word
    do
        value=${word#*=}
        case $word in
        see=*)
            grep -Eq -- "$value" "$console" ||
                { echo "the console never showed '$value'"; exit 1; } ;;
        unseen=*)
            ! grep -Eq -- "$value" "$console" ||
                { echo "the console showed '$value'"; exit 1; } ;;
        atmost=*)
            seen=$(grep -Ec -- "${value#*:}" "$console" || :)
            [ "$seen" -le "${value%%:*}" ] ||
                { echo "the console showed $seen times '${value#*:}'"; exit 1; } ;;
        disk=*)
            sh automation/qemu/guest/pattern "$value" | cmp - "${console%/*}/disk.img" ||
                { echo "the disk does not hold generation $value"; exit 1; } ;;
        esac
    done
}

# long FOLDER TARGET: host tests that take minutes.
test_long()
{
    test_unit "$@"
}

# boots FILE ARGUMENT...: a test script that boots.
test_boots()
{
    test_script "$@"
}

# record [failure|skipped REASON]: the test that has run, as a case of its suite; a
# failure with the end of its log.
record()
{
    {
        printf '<testcase classname="%s" name="%s" time="%s">\n' \
            "$(printf %s "$suite" | xml)" "$(printf %s "$name" | xml)" "$seconds"
        if [ $# -gt 0 ]
        then
            printf '<%s message="%s">\n' "$1" "$(printf %s "$2" | xml)"
            [ "$1" = skipped ] || tail -n $LOG_LINES "$dir/log" | xml
            printf '</%s>\n' "$1"
        fi
        echo '</testcase>'
    } >> "$CHECK_DIR/.junit/$suite"
}

# ------------------------------------------------------------------------------

run_test()
{
    name=$1
    kind=$2
    shift 2
    dir=$CHECK_DIR/$name
    rm -rf "$dir"
    mkdir -p "$dir"
    start=$(date +%s)
    ( "test_$kind" "$@" ) > "$dir/log" 2>&1 < /dev/null &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    seconds=$(($(date +%s) - start))
    case $status in
    0)
        passed=$((passed + 1))
        record
        rm -rf "$dir"
        echo "ok $name ($seconds s)"
        ;;
    $SKIPPED)
        skipped=$((skipped + 1))
        reason=$(tail -n 1 "$dir/log")
        record skipped "$reason"
        printf 'skip %s: %s\n' "$name" "$reason"
        rm -rf "$dir"
        ;;
    *)
        failed=$((failed + 1))
        reason=$(grep -av '^[[:space:]]*$' "$dir/log" | tail -n 1 | cut -c 1-300 || :)
        record failure "$reason"
        printf 'FAIL %s: %s, log in %s\n' "$name" "$reason" "$dir/log"
        ;;
    esac
}

# The lists are read on descriptor 3: a test's standard input is nobody's.
rm -rf "$CHECK_DIR/.junit" "$CHECK_DIR/junit.xml" "$CHECK_DIR/.once"
mkdir -p "$CHECK_DIR/.junit" "$CHECK_DIR/.once"
for list in automation/qemu/tests/*.list automation/qemu/tests/*.long
do
    case $more/$list in
    no/*.long) ;;
    *) awk -v suite="$(basename "${list%.*}")" 'NF && $1 !~ /^#/ { print suite, $0 }' "$list" ;;
    esac
done > "$CHECK_DIR/list"
exec 3< "$CHECK_DIR/list"
found=no
while read -r suite name kind arguments <&3
do
    case $name in
    $pattern) ;;
    *) continue ;;
    esac
    case $fast/$kind in
    yes/boot | yes/boots | yes/long) continue ;;
    esac
    found=yes
    eval "set -- $arguments"
    run_test "$name" "$kind" "$@"
done
[ $found = yes ] || die "no test is called '$pattern' (automation/qemu/tests/*.list, *.long)"
summary
[ $failed = 0 ]
