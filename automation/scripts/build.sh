#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh [-o GOAL] VARIANT...: builds Xen, or only GOAL of Xen's make; results
# in build/xen/<variant>. A source tree is made once (hard links to the unpacked
# source, plus our files and patches) and then only refreshed where our files
# changed; each variant has its own output folder inside the tree it is built from.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"
. "$(dirname "$0")/tree.sh"

goal=
if [ "${1:-}" = -o ]
then
    goal=$2
    shift 2
fi
[ $# -gt 0 ] || set -- ours
automation/scripts/fetch.sh xen
base=$(cd "$SRC_DIR/xen" && pwd -P)
version=$(xen_version "$base")
mkdir -p "$TREE_DIR" "$XEN_DIR" "$CCACHE_DIR"

# One build at a time: variants share trees.
exec 9> "$TREE_DIR/lock"
flock -n 9 || { say "waiting for another build to end"; flock 9; }

# variant_settings VARIANT: its tree, what is on the tree, architecture, options.
variant_settings()
{
    tree=ours layer=all own=yes mistake= linked=yes wanted=. arch=arm64
    defconfig=$XEN_DEFCONFIG
    cross=$CROSS_COMPILE_ARM64
    on=$XEN_CONFIG_ON
    if ! grep -qs 'config ARM_RMR$' "$TREE_DIR/ours/xen/drivers/passthrough/Kconfig" \
                                    "$TREE_DIR/ours/xen/drivers/passthrough/arm/rmr/Kconfig"
    then
        on=
    fi
    options="$XEN_CONFIG $XEN_CONFIG_DEBUG"
    case $1 in
    ours) options="$options $on" ;;
    release) options="$XEN_CONFIG $XEN_CONFIG_RELEASE $on" ;;
    delayed) options="$options $on $XEN_CONFIG_DELAYED" ;;
    off) options="$options $XEN_CONFIG_OFF" ;;
    stock) tree=stock layer=none own=no ;;
    fixes) tree=fixes layer=fixes own=no ;;
    series)
        # A step of it, for the tests; which may be one that knows no ARM_RMR.
        tree=series layer=series own=no wanted=^xen/
        ! grep -qs 'config ARM_RMR$' "$TREE_DIR/series/xen/drivers/passthrough/Kconfig" ||
            options="$options $XEN_CONFIG_ON"
        ;;
    arm32)
        arch=arm32
        defconfig=$XEN_ARM32_DEFCONFIG
        cross=$CROSS_COMPILE_ARM32
        options=$XEN_ARM32_CONFIG
        ;;
    mistake-*)
        tree=$1
        mistake=$MISTAKE_DIR/${1#mistake-}.patch
        options="$options $on $XEN_CONFIG_DELAYED"
        [ -f "$mistake" ] || die "there is no $mistake"
        ;;
    variant-*)
        tree=$1
        mistake=$VARIANT_DIR/${1#variant-}.patch
        options="$options $on $XEN_CONFIG_DELAYED"
        [ -f "$mistake" ] || die "there is no $mistake"
        ;;
    *) die "there is no variant '$1' (ours, stock, fixes, release, off, delayed, arm32, mistake:<name>, variant:<name>)" ;;
    esac
}

# make_xen GOAL...: Xen's own make.
make_xen()
{
    sealed XEN_BUILD_DATE= XEN_BUILD_TIME= XEN_WHOAMI=rmr XEN_DOMAIN="$variant" XEN_BUILD_HOST=bench \
        nice make -s -C "$TOP/$dir/xen" O="$out" XEN_TARGET_ARCH="$arch" \
        CROSS_COMPILE="$cross" CC="ccache ${cross}gcc" PYTHON=/usr/bin/python3 -j"$JOBS" "$@"
}

# configure: anew when what we ask for, or what can be asked, has changed.
configure()
{
    printf '%s\n' "$defconfig" $options > "$dir/xen/$out/.asked.new"
    if [ -f "$dir/xen/$out/.config" ] &&
       cmp -s "$dir/xen/$out/.asked.new" "$dir/xen/$out/.asked" &&
       [ -z "$(find "$dir/xen" -name 'Kconfig*' -newer "$dir/xen/$out/.asked" -print -quit)" ]
    then
        return
    fi
    rm -f "$dir/xen/$out/.asked"
    make_xen "$defconfig" >> "$log" 2>&1 || build_failed
    for option in $options
    do
        # An option that is set already must not be set twice.
        name=CONFIG_${option%%=*}
        sed -i "/^$name=/d; /^# $name is not set/d" "$dir/xen/$out/.config"
        case $option in
        *=n) echo "# $name is not set" ;;
        *) echo "CONFIG_$option" ;;
        esac >> "$dir/xen/$out/.config"
    done
    make_xen olddefconfig >> "$log" 2>&1 || build_failed
    for option in $options
    do
        case $option in
        *=n) ! grep -q "^CONFIG_${option%%=*}=" "$dir/xen/$out/.config" ;;
        *) grep -qxF "CONFIG_$option" "$dir/xen/$out/.config" ;;
        esac || die "$variant: Kconfig does not accept $option (a dependency is missing?); see $dir/xen/$out/.config"
    done
    mv "$dir/xen/$out/.asked.new" "$dir/xen/$out/.asked"
}

build_failed()
{
    sed -n '/[Ee]rror\|undefined\|warning:/,$p' "$log" | tail -n 40 >&2
    die "$variant: the build failed; the whole output is in $log"
}

# A mistake has the delayed variant's configuration (else some last too short to
# be seen) and nearly all its objects: start from them.
seed_output()
{
    first=$TREE_DIR/ours/xen/out-delayed
    if [ -n "$mistake" ] && [ ! -d "$dir/xen/$out" ] && [ -f "$first/.built" ]
    then
        rm -rf "$dir/xen/$out.new"
        cp -a "$first" "$dir/xen/$out.new"
        rm -f "$dir/xen/$out.new/.built"
        mv "$dir/xen/$out.new" "$dir/xen/$out"
    fi
    mkdir -p "$dir/xen/$out"
}

build_variant()
{
    variant=$1
    variant_settings "$variant"
    out=out-$variant
    start=$(date +%s)
    refresh_tree
    # Whether our tree knows ARM_RMR is seen only now.
    variant_settings "$variant"
    seed_output

    result=$XEN_DIR/$variant
    log=$result/build.log
    mkdir -p "$result"
    : > "$log"
    configure
    built=$dir/xen/$out/.built
    if [ -n "$goal" ]
    then
        make_xen "$goal" >> "$log" 2>&1 && ! grep -q 'warning:' "$log" || build_failed
        [ -f "$dir/xen/$out/$goal" ] || die "$variant: the build brought no $goal"
        return
    fi
    if [ -f "$built" ] && [ -f "$result/xen" ] &&
       [ -z "$(find "$dir" -path '*/out-*' -prune -o -type f -newer "$built" ! -name '.staged*' -print -quit)" ] &&
       [ ! "$dir/xen/$out/.config" -nt "$built" ]
    then
        say "$variant: up to date"
        return
    fi

    say "$variant: building Xen $version ($arch)"
    rm -f "$built"
    # Taken before the compiler starts: what changes meanwhile is newer.
    : > "$dir/xen/$out/.started"
    make_xen >> "$log" 2>&1 || build_failed
    if grep -q 'warning:' "$log"
    then
        grep 'warning:' "$log" | head -n 20 >&2
        die "$variant: the build has warnings; the whole output is in $log"
    fi
    for file in xen xen-syms .config
    do
        install_if_changed "$dir/xen/$out/$file" "$result/$file" || :
    done
    mv "$dir/xen/$out/.started" "$built"
    say "$variant: built in $(($(date +%s) - start)) s: $result/xen"
}

for word in "$@"
do
    case $word in
    mistake:* | variant:*) word=${word%%:*}-${word#*:} ;;
    esac
    build_variant "$word"
done
