# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced first by every script, from any working directory: goes to the top
# of the project, turns Config.mk into shell variables, and gives the few
# words all scripts speak with. Afterwards the working directory is the top.

set -eu
LC_ALL=C
export LC_ALL
# A make above us must not lend its flags and variables to those started here.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

CALLER_DIR=$PWD
TOP=$(cd "$(dirname "$0")" && while [ ! -f Config.mk ] && [ "$PWD" != / ]; do cd ..; done && pwd)
cd "$TOP"
[ -f Config.mk ] || { echo "$0: no Config.mk above this script" >&2; exit 1; }

eval "$(make -s --no-print-directory -C "$TOP" print-config)"

PROG=${0##*/}
PROG=${PROG%.sh}

say()
{
    printf '%s: %s\n' "$PROG" "$*"
}

die()
{
    printf '%s: %s\n' "$PROG" "$*" >&2
    exit 1
}

# newest FILE...: the one with the highest version in its name, or nothing.
newest()
{
    for newest_file in "$@"
    do
        [ ! -e "$newest_file" ] || printf '%s\n' "$newest_file"
    done | sort -V | tail -n 1
}

# install_if_changed FROM TO: keeps TO, and its time, when nothing changed;
# otherwise replaces it in one step, so that hard links and readers are safe.
install_if_changed()
{
    if cmp -s "$1" "$2" 2>/dev/null
    then
        return 1
    fi
    mkdir -p "$(dirname "$2")"
    cp -p "$1" "$2.new.$$"
    touch "$2.new.$$"
    mv -f "$2.new.$$" "$2"
}
