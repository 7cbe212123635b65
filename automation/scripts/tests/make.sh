#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make.sh CASE: the entry points themselves. Called by the test driver.

. "$(dirname "$0")/../env.sh"

# Help fits one screen, and is what make alone prints.
case_help()
{
    [ "$(make -s)" = "$(make -s help)" ] || die "make alone is not make help"
    [ "$(make -s help | wc -l)" -le 24 ] || die "the help is longer than a screen"
    [ "$(make -s help | awk 'length($0) > 90' | wc -l)" = 0 ] || die "the help is wider than a screen"
}

# The shell reads what make reads, value by value.
case_config()
{
    for name in $(sed -n 's/^\([A-Z][A-Z0-9_]*\) *?\{0,1\}=.*/\1/p' Config.mk)
    do
        printf 'include Config.mk\nall:; @printf "%%s\\n" "$(%s)"\n' "$name" |
            make -s -f - all > "$BUILD/config.$$"
        eval "value=\$$name"
        [ "$value" = "$(cat "$BUILD/config.$$")" ] || die "$name is '$value' in sh"
    done
    rm -f "$BUILD/config.$$"
}

# No script has an error that the shell can see without running it.
case_syntax()
{
    for file in automation/scripts/*.sh automation/scripts/tests/*.sh automation/qemu/*.sh \
                automation/qemu/dom0/init automation/qemu/guest/init automation/qemu/guest/poweroff .ci/run
    do
        sh -n "$file" || die "$file: syntax error"
    done
}

"case_$1"
