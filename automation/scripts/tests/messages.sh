#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# messages.sh CASE: is every message of ours in the table for users, and is what
# is there a message? Called by the test driver.

. "$(dirname "$0")/../env.sh"

table=docs/misc/arm/rmr-messages.md
work=$TOP/$BUILD/messages.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

# texts FILE...: the texts in C sources that somebody may read, one a line:
# string literals with a blank in them. Literals side by side are one, and what
# is filled in is `...'.
texts()
{
    awk '
    function text(s)
    {
        gsub(/%#?\001/, "\001", s)
        gsub(/%(%|[-+ #0-9.*]*(hh|h|ll|l|z|j|t)*([diouxXcs]|p[a-z]*|$))/, "\001", s)
        gsub(/\001[^ "]*\001/, "\001", s)
        gsub(/\001/, "...", s)
        gsub(/\\n/, "", s)
        gsub(/\\"/, "\"", s)
        if ( s ~ /[a-z] / || s ~ / [a-z]/ )
            print s
    }
    function scan(all,    c, i, n, s, gap, open)
    {
        n = length(all)
        open = 0
        s = ""
        for ( i = 1; i <= n; i++ )
        {
            c = substr(all, i, 1)
            if ( c == "\"" )
            {
                for ( i++; i <= n && (c = substr(all, i, 1)) != "\""; i++ )
                {
                    if ( c == "\\" )
                        c = c substr(all, ++i, 1)
                    s = s c
                }
                open = 1
            }
            else if ( open && c !~ /[ \t\n]/ )
            {
                # A macro between two parts, or behind one.
                if ( match(substr(all, i), /^[A-Z][A-Za-z0-9_]*[ \t\n]*/) )
                {
                    s = s "\001"
                    i += RLENGTH - 1
                    continue
                }
                text(s)
                s = ""
                open = 0
            }
        }
    }
    {
        line = $0
        sub(/^[ \t]*#.*/, line ~ /#[ \t]*define/ ? line : "", line)
        all[FILENAME] = all[FILENAME] line "\n"
    }
    END {
        for ( f in all )
        {
            s = all[f]
            gsub(/\\\n/, " ", s)
            while ( match(s, /\/\*([^*]|\*+[^*\/])*\*+\//) )
                s = substr(s, 1, RSTART - 1) " " substr(s, RSTART + RLENGTH)
            scan(s)
        }
    }' "$@" | sort -u
}

# What is added to files of Xen, and could hold a message.
patched()
{
    for patch in patches/hooks/*.patch patches/fixes/libx*.patch
    do
        case $patch in
        */kconfig.patch | */docs.patch | */toolstack-man.patch | */toolstack-golang.patch | */toolstack-xl.patch) continue ;;
        esac
        awk '/^\+\+\+ / { c = $2 ~ /\.c$/ } c && /^\+[^+]/ { print substr($0, 2) }' "$patch"
    done
}

# undocumented TEXTS TABLE: texts that the table does not have, and entries of the
# table that no text is part of.
undocumented()
{
    awk '
    function trimmed(s)
    {
        gsub(/^[ :;,.()%]+|[ :;,.()%]+$/, "", s)
        return s
    }
    function entries_of(line,    s, n)
    {
        while ( match(line, /`` [^|]* ``/) )
        {
            # The shortest one: up to the first end.
            s = substr(line, RSTART + 3)
            n = index(s, " ``")
            line = substr(s, n + 3)
            entry[++entries] = substr(s, 1, n - 1)
        }
    }
    # The longest first, since one may be part of another.
    function sort_texts(    i, j, t)
    {
        for ( i = 2; i <= texts; i++ )
            for ( j = i; j > 1 && length(text[j - 1]) < length(text[j]); j-- )
            {
                t = text[j]
                text[j] = text[j - 1]
                text[j - 1] = t
            }
    }
    NR == FNR { if ( trimmed($0) != "" ) text[++texts] = trimmed($0); next }
    /^\|/ { entries_of($0) }
    END {
        sort_texts()
        for ( t = 1; t <= texts; t++ )
        {
            for ( i = 1; i <= entries && !index(entry[i], text[t]); i++ )
                ;
            if ( i > entries )
                print "not in the table: " text[t]
        }
        for ( i = 1; i <= entries; i++ )
        {
            rest = entry[i]
            for ( t = 1; t <= texts; t++ )
                while ( n = index(rest, text[t]) )
                    rest = substr(rest, 1, n - 1) substr(rest, n + length(text[t]))
            sub(/^rmr:/, "", rest)
            if ( rest ~ /[A-Za-z]/ )
                print "nobody says: " entry[i]
        }
    }' "$1" "$2"
}

collect()
{
    patched > "$work/patched.c"
    texts xen/drivers/passthrough/arm/rmr/*.c xen/drivers/passthrough/arm/rmr/*.h \
          tools/libs/*/*.c tools/libs/*/*.h tools/xl/*.c "$work/patched.c" > "$work/texts"
    # messages.c has Xen's texts; what makes pictures and JSON has none.
    texts tools/rmr/annotate.c tools/rmr/blob.c tools/rmr/host.c tools/rmr/lint.c \
          tools/rmr/main.c tools/rmr/plan.c | grep -v -e '^Usage: ' -e '^fdt ' >> "$work/texts"
    [ "$(wc -l < "$work/texts")" -gt 250 ] || die "few messages were found"
}

case_complete()
{
    collect
    undocumented "$work/texts" "$table" | sort > "$work/wrong"
    cat "$work/wrong"
    [ ! -s "$work/wrong" ] || die "$(wc -l < "$work/wrong") differences between the sources and $table"
}

# A message more, a message less, and one that changed a word.
case_can_fail()
{
    collect
    printf 'printk("rmr: %%s: is " /* not */\n       "%%#"PRIx64" too many\\n", x);\n' > "$work/more.c"
    [ "$(texts "$work/more.c")" = 'rmr: ...: is ... too many' ] ||
        die "read as: $(texts "$work/more.c")"
    { cat "$work/texts"; texts "$work/more.c"; } > "$work/more"
    [ "$(undocumented "$work/more" "$table")" = 'not in the table: rmr: ...: is ... too many' ] ||
        die "a message more was not noticed"
    grep -v 'rmr: ...: left ...' "$work/texts" > "$work/less"
    [ "$(undocumented "$work/less" "$table")" = 'nobody says: rmr: ...: left ...' ] ||
        die "a message less was not noticed"
    sed 's/KB of RAM cannot be laid out/kB of RAM cannot be laid out/' "$work/texts" > "$work/other"
    [ "$(undocumented "$work/other" "$table" | wc -l)" = 2 ] ||
        die "a changed message was not noticed"
}

"case_$1"
