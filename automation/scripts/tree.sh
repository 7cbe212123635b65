# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by build.sh and tools.sh, after overlay.sh: the trees under build/tree
# that Xen is built in, and the environment that its makes get. The caller says
# in variables what a tree is: $tree its name, $layer which patches, $own
# whether our files are in it, $mistake a patch of its own or nothing, $linked
# whether unchanged files are hard links (no: what is built there may write to
# them), $wanted which of the files that patches and we change get in (an
# extended regular expression), $base the unpacked source, $version its version.

# sealed [NAME=VALUE]... COMMAND...: runs COMMAND in an environment where nothing
# of ours, of the caller's make, or of this machine leaks in.
sealed()
{
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="${HOME:-/}" LC_ALL=C \
        CCACHE_DIR="$TOP/$CCACHE_DIR" CCACHE_BASEDIR="$TOP/$BUILD" \
        CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE="$CCACHE_MAXSIZE" CCACHE_COMPILERCHECK=content "$@"
}

# seed_tree: a mistake starts from our tree, so that what is the same keeps its
# time and need not be compiled again; other trees from the unpacked source.
seed_tree()
{
    case $tree in
    tools-*) seed=$TREE_DIR/tools-ours ;;
    *) seed=$TREE_DIR/ours ;;
    esac
    if [ -z "$mistake" ] || [ ! -f "$seed/.base" ]
    then
        seed=$base
    fi
    case $linked in
    yes) pass=-pdlm ;;
    *) pass=-pdm ;;
    esac
    rm -rf "$dir.new"
    mkdir -p "$dir.new"
    ( cd "$seed" && find . -path './xen/out-*' -prune -o -type d -print -o -type f -print -o -type l -print |
      cpio $pass --quiet "$TOP/$dir.new" )
    echo "$base" > "$dir.new/base.$$"
    mv "$dir.new/base.$$" "$dir.new/.base"
    rm -rf "$dir"
    mv "$dir.new" "$dir"
}

# refresh_tree: makes the tree what source, patches and our files say now, and
# touches only files whose contents change.
refresh_tree()
{
    dir=$TREE_DIR/$tree
    news=yes
    if [ "$(cat "$dir/.base" 2>/dev/null)" != "$base" ]
    then
        seed_tree
        # In a new tree everything is refreshed.
        news=no
    fi

    stage=$dir.stage
    rm -rf "$stage"
    mkdir -p "$stage"
    stage_series "$base" "$stage" "$layer" ||
        die "$STAGE_PATCH does not apply to Xen $version: $STAGE_ERROR"
    [ "$own" = no ] || stage_own "$stage" "$base"
    if [ -n "$mistake" ]
    then
        stage_patch "$mistake" "$base" "$stage" ||
            die "$mistake does not apply to our tree of Xen $version: $STAGE_ERROR"
    fi

    stage_list "$stage" | { grep -E "$wanted" || :; } > "$dir/.staged.new"
    while read -r file
    do
        if install_if_changed "$stage/$file" "$dir/$file"
        then
            [ $news = no ] || echo "  refreshed $tree/$file"
        fi
    done < "$dir/.staged.new"
    # What is no longer ours to change goes back to what Xen has there.
    { cat "$dir/.staged" "$TREE_DIR/ours/.staged" 2>/dev/null || :; } | sort -u |
        comm -23 - "$dir/.staged.new" |
    while read -r file
    do
        if [ -e "$base/$file" ]
        then
            ! install_if_changed "$base/$file" "$dir/$file" || echo "  restored $tree/$file"
        else
            rm -f "$dir/$file"
        fi
    done
    mv "$dir/.staged.new" "$dir/.staged"
    rm -rf "$stage"
}
