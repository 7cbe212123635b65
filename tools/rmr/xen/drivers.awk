# SPDX-License-Identifier: GPL-2.0-only
#
# What Xen's drivers match -> { "compatible", CLASS }, one a line. A driver is
# DT_DEVICE_START(name, text, CLASS) with a .dt_match, an array of strings or of
# macros that stand for strings.

# The strings in a line, and those that macros in it stand for.
function strings(line,    found, i, count, words)
{
    found = ""
    count = split(line, words, /[^A-Za-z0-9_]+/)
    for ( i = 1; i <= count; i++ )
        if ( words[i] in macros )
            found = found " " macros[words[i]]
    while ( match(line, /"[^"]*"/) )
    {
        found = found " " substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
    }
    return found
}

FNR == 1 { array = macro = class = "" }

/^#define DT_(MATCH|COMPAT)_/ { macro = $2; sub(/^#define [A-Z0-9_]*/, "") }
macro != "" {
    macros[macro] = macros[macro] strings($0)
    if ( $0 !~ /\\$/ )
        macro = ""
    next
}

/(dt_device_match|of_device_id) .*\[\]/ {
    array = $0
    sub(/\[\].*/, "", array)
    sub(/.*[ \t*]/, "", array)
    array = FILENAME " " array
    next
}
array != "" {
    lists[array] = lists[array] strings($0)
    if ( $0 ~ /^};/ )
        array = ""
}

/^DT_DEVICE_START\(/ {
    class = $NF
    sub(/\)$/, "", class)
}
class != "" && /\.dt_match/ {
    name = $3
    sub(/,$/, "", name)
    count = split(lists[FILENAME " " name], list, " ")
    for ( i = 1; i <= count; i++ )
        print "{ " list[i] ", " class " },"
    class = ""
}
