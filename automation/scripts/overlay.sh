# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by apply.sh, build.sh and tools.sh: works out what a Xen tree looks like
# with our files and patches on it. Results are made in a staging folder out of
# copies; the tree that is read is never written here.

# xen_version TREE: as its hypervisor will call itself.
xen_version()
{
    sed -n 's/^export XEN_VERSION *= *//p; s/^export XEN_SUBVERSION *= */./p;
            s/^export XEN_EXTRAVERSION *?*= *\([^$]*\).*/\1/p' "$1/xen/Makefile" |
        tr -d '\n'
}

# fitting FILE TREE: the lines of FILE that are for TREE, without their condition.
# A line is WHAT, or WHAT if|unless XEN-FILE [TEXT]: the tree has that file, with
# that text in it. This is the one place where a variant is chosen. What is asked
# for must be the same before and after the patches.
fitting()
{
    [ -f "$1" ] || return 0
    sed 's/^#.*//' "$1" | while read -r what when file text
    do
        if [ -z "$when" ]
        then
            found=$when
        elif [ -f "$2/$file" ] && grep -qF -e "$text" "$2/$file"
        then
            found=if
        else
            found=unless
        fi
        case $when in
        '' | if | unless) ;;
        # No such file, the caller will say.
        *) what=$what:$when when=$found ;;
        esac
        [ -z "$what" ] || [ "$when" != "$found" ] || printf '%s\n' "$what"
    done
}

# overlay_patches LAYER [TREE]: the series for TREE (without it, the Xen that
# is built here), one patch file a line: all of it, or the fixes alone.
overlay_patches()
{
    fitting "$PATCH_SERIES" "${2:-$SRC_DIR/xen}" |
        awk -v only="${1:-all}" -v dir="${PATCH_SERIES%/*}/" '
            only == "all" || index($1, only "/") == 1 { print dir $1 }'
}

# Our own files that belong into a Xen tree; not what a build left beside them.
overlay_files()
{
    if [ ! -e .git ] || ! git ls-files -co --exclude-standard -- $OVERLAY_DIRS 2>/dev/null
    then
        find $OVERLAY_DIRS -type f ! -name '*.o' ! -name '*~' 2>/dev/null || :
    fi
}

# The files a patch touches.
patch_files()
{
    sed -n 's,^\(---\|+++\) [^/[:blank:]]*/\([^[:blank:]]*\).*,\2,p' "$1" |
        grep -vx 'dev/null' | sort -u
}

# stage_file FILE BASE STAGE: a copy of the tree's FILE to work on, once.
stage_file()
{
    if [ -e "$2/$1" ] && [ ! -e "$3/$1" ]
    then
        mkdir -p "$3/$(dirname "$1")"
        cp -p "$2/$1" "$3/$1"
    fi
}

# stage_patch PATCH BASE STAGE [-R]: applies one patch to the staged copies.
# On failure $STAGE_ERROR says which file did not take it.
stage_patch()
{
    for staged in $(patch_files "$1")
    do
        stage_file "$staged" "$2" "$3"
    done
    mkdir -p "$3"
    if stage_output=$(patch -d "$3" -p1 -f ${4:--N} -F0 --no-backup-if-mismatch -r - < "$1" 2>&1)
    then
        return 0
    fi
    STAGE_ERROR=$(printf '%s\n' "$stage_output" | awk '
        /^\|\+\+\+ / { sub(/^[^\/]*\//, ""); sub(/[ \t].*/, ""); file = $0 }
        /^patching file / { file = $3 }
        /FAILED|No file to patch|previously applied|Reversed/ && !(file in told) {
            told[file] = 1
            line = $0
            sub(/ -- saving.*/, "", line)
            print (file == "" ? "?" : file) " (" line ")"
        }' | xargs -d '\n')
    STAGE_ERROR="${STAGE_ERROR:-$stage_output}"
    return 1
}

# stage_series BASE STAGE LAYER: the patches of a layer (all, fixes, none), in
# order; or (series) what is checked out in build/series.git, which series.sh
# leaves. On failure $STAGE_PATCH and $STAGE_ERROR say what went wrong.
stage_series()
{
    case $3 in
    none) return 0 ;;
    series)
        STAGE_PATCH=$BUILD/series.git
        STAGE_ERROR=$( { git -C "$STAGE_PATCH" archive HEAD | tar -x -C "$2"; } 2>&1)
        return
        ;;
    esac
    for STAGE_PATCH in $(overlay_patches "$3" "$1")
    do
        if [ ! -f "$STAGE_PATCH" ]
        then
            STAGE_ERROR="$PATCH_SERIES names it, but there is no such file"
            return 1
        fi
        stage_patch "$STAGE_PATCH" "$1" "$2" || return 1
    done
}

# stage_reverse BASE STAGE: takes the whole series back off, last patch first.
# Succeeds only when every patch was on the tree.
stage_reverse()
{
    for STAGE_PATCH in $(overlay_patches all "$1" | tac)
    do
        stage_patch "$STAGE_PATCH" "$1" "$2" -R || return 1
    done
}

# stage_own STAGE BASE: our own files, as they are now, with the names that BASE
# has for what they use of the hypervisor.
stage_own()
{
    own_names=$(fitting "${PATCH_SERIES%/*}/names" "$2")
    overlay_files | while read -r own
    do
        [ -f "$own" ] || continue
        mkdir -p "$1/$(dirname "$own")"
        cp -p "$own" "$1/$own"
        case $own in
        xen/*.[ch] | tools/rmr/*.[ch] | tools/tests/rmr/*.[ch])
            [ -z "$own_names" ] || sed -i -e "$own_names" "$1/$own"
            ;;
        esac
    done
}

# The files of a staging folder, relative to it.
stage_list()
{
    ( cd "$1" && find . -type f | sed 's,^\./,,' | sort )
}
