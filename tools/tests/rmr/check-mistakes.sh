#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-mistakes.sh FOLDER PROGRAM VARIABLE FILE...: can the tests fail? Applies each
# of FOLDER/mistakes/*.patch to a copy of the sources, FILEs, builds FOLDER with
# it, as whose VARIABLE it stands for their folder, and demands that PROGRAM fails
# there. Called by `make check-mistakes`, after a build without mistakes, with
# XEN_SRC and O set. JOBS of them at a time, each with a folder of its own.

here=$1
program=$2
variable=$3
shift 3
sources="$*"
work=$O/mistakes
jobs=${JOBS:-$(nproc)}

rm -rf "$work"
mkdir -p "$work"

# try PATCH FOLDER: a line for the verdict.
try()
{
    name=$(basename "$1" .patch)
    log=$work/$name.log
    rm -rf "$2/src"
    mkdir "$2/src"
    cp $sources "$2/src"
    verdict=

    if ! (cd "$2/src" && patch -p1 -s -f < "$1") > "$log" 2>&1; then
        verdict="does not apply"
    elif ! make -C "$here" XEN_SRC="$XEN_SRC" "$variable=$2/src" \
                O="$2/out" all >> "$log" 2>&1; then
        verdict="does not build"
    elif "$2/out/$program" first >> "$log" 2>&1; then
        verdict="not noticed"
    fi

    if [ -z "$verdict" ]; then
        echo "caught   $name: $(grep -a -m 1 -o -e '\[  FAILED  \] .*' \
                                -e 'ERROR: AddressSanitizer: [a-z-]*' \
                                -e '[a-z.]*:[0-9]*: .*' "$log" | head -n 1)"
    else
        echo "MISSED   $name: $verdict (see $log)"
    fi
}

# share NUMBER: every jobs-th of the mistakes.
share()
{
    mkdir -p "$work/$1/out"
    # Objects that no mistake touches need not be built again.
    for built in "$O"/gen "$O"/dts "$O"/*.h "$O"/*.o "$O"/*.d; do
        [ ! -e "$built" ] || cp -rp "$built" "$work/$1/out/"
    done
    turn=0
    for patch in "$here"/mistakes/*.patch; do
        [ $((turn % jobs)) -ne "$1" ] || try "$patch" "$work/$1"
        turn=$((turn + 1))
    done
}

pids=
trap 'kill $pids 2>/dev/null; exit 130' INT TERM HUP
number=0
while [ $number -lt "$jobs" ]; do
    share $number > "$work/verdicts.$number" &
    pids="$pids $!"
    number=$((number + 1))
done
for pid in $pids; do
    wait "$pid"
done

sort "$work"/verdicts.*
caught=$(cat "$work"/verdicts.* | grep -c '^caught')
missed=$(cat "$work"/verdicts.* | grep -c '^MISSED')
all=$(ls "$here"/mistakes/*.patch | wc -l)
echo "mistakes: $caught caught, $missed missed, of $all"
[ "$caught" -eq "$all" ]
