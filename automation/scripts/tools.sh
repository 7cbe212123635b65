#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tools.sh [VARIANT...]: cross-builds Xen's arm64 toolstack out of the tree with
# our patches (ours), the fixes alone (fixes) or none (stock); packaged: ours, for a
# folder of its own beside another toolstack (deb.sh). The result is
# build/tools/<variant>, laid out as on the target: xl, the daemons, their
# libraries, and those of Debian's that they need. Debian's arm64 packages are
# unpacked into build/sysroot and never installed. What did not change is not
# built again; a file of libxl costs seconds.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"
. "$(dirname "$0")/tree.sh"

[ $# -gt 0 ] || set -- ours
automation/scripts/fetch.sh tools
base=$(cd "$SRC_DIR/xen" && pwd -P)
version=$(xen_version "$base")
mkdir -p "$TREE_DIR" "$TOOLS_DIR" "$CCACHE_DIR"

# One build at a time: variants share the sysroot.
exec 9> "$TREE_DIR/tools.lock"
flock -n 9 || { say "waiting for another build of tools to end"; flock 9; }

triplet=${CROSS_COMPILE_ARM64##*/}
triplet=${triplet%-}
sysroot=$TOP/$SYSROOT_DIR
libraries=$sysroot/usr/lib/$triplet

# What the tools are built from; a change of anything else is none to them.
wanted='^(Config\.mk|config/|tools/(include|libs|xenstored|xs-clients|console|helpers|xl|rmr|config\.h|configure|Rules\.mk|libacpi)|xen/(Makefile|drivers/passthrough/arm/rmr/|include/(public|acpi|xen/(lib|elf))|lib/|common/(libelf|.*z.*\.c$)|tools|xsm/flask/policy))'

variant_settings()
{
    layer=all own=yes mistake= linked=no tree=tools-$1 leaf=xen rpath=
    case $1 in
    ours) ;;
    packaged) leaf=$TOOLS_LEAF rpath=-Wl,-rpath,/usr/lib/$TOOLS_LEAF/lib ;;
    fixes) layer=fixes own=no ;;
    stock) layer=none own=no ;;
    # What is checked out in build/series.git.
    series) layer=series own=no ;;
    mistake-*)
        mistake=$MISTAKE_DIR/${1#mistake-}.patch
        [ -f "$mistake" ] || die "there is no $mistake"
        ;;
    *) die "there are no tools of variant '$1' (ours, fixes, stock, packaged, mistake-<name>)" ;;
    esac
}

# The packages, one in its newest version, in one folder.
make_sysroot()
{
    debs=
    for package in $SYSROOT_PACKAGES
    do
        deb=$(newest "$DEB_DIR/${package}"_*.deb)
        debs="$debs ${deb##*/}"
    done
    [ "$(cat "$SYSROOT_DIR/.made-of" 2>/dev/null)" != "$debs" ] || return 0
    say "unpacking $SYSROOT_DIR"
    rm -rf "$SYSROOT_DIR" "$SYSROOT_DIR.new"
    mkdir -p "$SYSROOT_DIR.new"
    for deb in $debs
    do
        dpkg-deb -x "$DEB_DIR/$deb" "$SYSROOT_DIR.new"
    done
    # Older packages have libraries in /lib, and links that the root changes.
    if [ -d "$SYSROOT_DIR.new/lib" ]
    then
        cp -a "$SYSROOT_DIR.new/lib" "$SYSROOT_DIR.new/usr/"
        rm -rf "$SYSROOT_DIR.new/lib"
    fi
    for link in "$SYSROOT_DIR.new/usr/lib/$triplet"/*.so
    do
        case $(readlink "$link" || :) in
        /*) ln -sfn "$(basename "$(readlink "$link")")" "$link" ;;
        esac
    done
    echo "$debs" > "$SYSROOT_DIR.new/.made-of"
    mv "$SYSROOT_DIR.new" "$SYSROOT_DIR"
}

# in_tools COMMAND...: with all that configure and make are to know of the target.
# Debian's libraries may ask for a newer C library than this machine's cross
# compiler links with; the one that they find on the target is the sysroot's.
in_tools()
{
    sealed XEN_TARGET_ARCH=arm64 CROSS_COMPILE="$CROSS_COMPILE_ARM64" \
        CC="ccache ${CROSS_COMPILE_ARM64}gcc" PYTHON=/usr/bin/python3 \
        PKG_CONFIG_LIBDIR="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$sysroot" \
        APPEND_INCLUDES="$sysroot/usr/include" APPEND_LIB="$libraries" \
        APPEND_LDFLAGS="-Wl,-rpath-link,$libraries -Wl,--allow-shlib-undefined $rpath" nice "$@"
}

build_failed()
{
    sed -n '/[Ee]rror\|undefined\|warning:/,$p' "$log" | tail -n 40 >&2
    die "$variant: the tools' build failed; the whole output is in $log"
}

# configure: anew when what we ask for, or the script that we ask, has changed.
configure()
{
    asked=$(echo "$CROSS_COMPILE_ARM64 $sysroot $(cat "$SYSROOT_DIR/.made-of") $TOOLS_CONFIGURE $leaf $rpath" \
                 "$(cat "$dir/tools/configure" "$dir/tools/config.h.in" "$dir"/config/*.in | cksum)")
    [ "$(cat "$dir/.asked" 2>/dev/null)" != "$asked" ] || return 0
    rm -f "$dir/.asked"
    say "$variant: configuring the tools"
    # Curses are for tools that are not built.
    ( cd "$dir/tools" && in_tools env ac_cv_header_curses_h=yes ac_cv_lib_curses_clear=yes \
          ./configure --build="$(gcc -dumpmachine)" --host="$triplet" --prefix=/usr --libdir=/usr/lib \
          --sysconfdir=/etc --localstatedir=/var --with-rundir=/run --with-libexec-leaf-dir="$leaf" $TOOLS_CONFIGURE ) >> "$log" 2>&1 ||
        build_failed
    echo "$asked" > "$dir/.asked"
}

# put TO-FOLDER FILE...: programs and libraries of the tree into the result.
# (Xen's own `make install' would make the next build compile libxl again.)
put()
{
    to=$new/$1
    shift
    mkdir -p "$to"
    for file in "$@"
    do
        [ -f "$file" ] || die "$variant: the build brought no $file"
        cp -p "$file" "$to/"
    done
}

# needed: libraries that something in the result asks for and that are not in it.
needed()
{
    find "$new/usr" -type f -exec "${CROSS_COMPILE_ARM64}objdump" -p {} + |
        sed -n 's/^ *NEEDED *//p' | sort -u |
        while read -r library
        do
            [ -e "$new/usr/lib/$library" ] || echo "$library"
        done
}

# The result is made anew each time, so that nothing of a former one is left.
install_tools()
{
    part=$dir/tools
    new=$result.new
    rm -rf "$new"
    put usr/sbin "$part/xl/xl" "$part/xenstored/xenstored" "$part/console/daemon/xenconsoled"
    # Not every variant has our own.
    [ ! -d "$part/rmr" ] || put usr/sbin "$part/rmr/xen-rmr"
    put usr/bin "$part/xs-clients/xenstore"
    for name in exists list read rm chmod write ls watch
    do
        ln -s xenstore "$new/usr/bin/xenstore-$name"
    done
    put "usr/lib/$leaf/bin" "$part/console/client/xenconsole" "$part/helpers/xen-init-dom0" \
        "$part/helpers/init-dom0less" "$part/libs/light/libxl-save-helper"
    for library in "$part"/libs/*/lib*.so.*.*
    do
        [ ! -L "$library" ] || continue
        put usr/lib "$library"
        soname=$("${CROSS_COMPILE_ARM64}objdump" -p "$library" | sed -n 's/^ *SONAME *//p')
        [ "$soname" = "${library##*/}" ] || ln -s "${library##*/}" "$new/usr/lib/$soname"
    done
    # Asked for by name only when a thread is cancelled.
    put usr/lib "$libraries/libgcc_s.so.1"
    missing=$(needed)
    while [ -n "$missing" ]
    do
        for library in $missing
        do
            [ -f "$libraries/$library" ] ||
                die "$variant: the tools need $library, and no package of SYSROOT_PACKAGES has it"
            put usr/lib "$libraries/$library"
        done
        missing=$(needed)
    done
    ln -s usr/lib "$new/lib"
    rm -rf "$result"
    mv "$new" "$result"
}

build_tools()
{
    variant=$1
    variant_settings "$variant"
    start=$(date +%s)
    result=$TOP/$TOOLS_DIR/$variant
    log=$TOOLS_DIR/$variant.log
    refresh_tree
    # What it is made of: a change of any of it makes another sum.
    sum=$( ( cd "$dir" && xargs -r cksum < .staged ) | cksum)
    sum="$base $sum $(cat "$0" Config.mk automation/scripts/tree.sh | cksum) $(cat "$SYSROOT_DIR/.made-of")"
    if [ "$(cat "$TOOLS_DIR/$variant.made-of" 2>/dev/null)" = "$sum" ] && [ -d "$result" ]
    then
        say "$variant: up to date"
        return
    fi
    rm -f "$TOOLS_DIR/$variant.made-of"
    : > "$log"
    configure
    say "$variant: building the tools of Xen $version"
    for part in $TOOLS_PARTS
    do
        [ -d "$dir/tools/$part" ] || continue
        in_tools make -s -C "$dir/tools/$part" CC="ccache ${CROSS_COMPILE_ARM64}gcc" \
            PYTHON=/usr/bin/python3 -j"$JOBS" >> "$log" 2>&1 || build_failed
    done
    install_tools
    echo "$sum" > "$TOOLS_DIR/$variant.made-of"
    say "$variant: tools built in $(($(date +%s) - start)) s: $TOOLS_DIR/$variant"
}

make_sysroot
for word in "$@"
do
    build_tools "$word"
done
