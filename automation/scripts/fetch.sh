#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch.sh [xen|tools]: brings Xen's source, dom0's kernel and busybox out of
# Debian into build/deb, and unpacks Xen into build/src; xen: Xen alone; tools:
# Xen and the arm64 packages that its toolstack is built with. What is there is
# used again without asking the network; a file has its final name only when
# complete.
# An archive whose lists name a source that it does not hold is no dead end:
# other suites are asked, then a folder of this machine.
# arm64 packages are downloaded and unpacked, never installed.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/apt.sh"

mkdir -p "$DEB_DIR" "$SRC_DIR" "$APT_DIR"
# What a cut-off start left behind; a download that runs now has another pid.
for dir in "$DEB_DIR"/part.* "$SRC_DIR"/part.*
do
    if [ -d "$dir" ] && ! kill -0 "${dir##*.}" 2>/dev/null
    then
        rm -rf "$dir"
    fi
done
part=$TOP/$DEB_DIR/part.$$
trap 'rm -rf "$part" "$TOP/$SRC_DIR/part.$$"' EXIT
trap 'exit 130' INT TERM HUP

conf=
open_lists()
{
    [ -z "$conf" ] || return 0
    conf=$(apt_private fetch "$GUEST_DEB_ARCH" 'deb deb-src' "$DEBIAN_SUITE")
    apt_update "$conf"
}

# try_download WHAT PATTERN COMMAND...: runs COMMAND in an empty folder and keeps
# the files that match PATTERN. Lists from before a point release name files
# that are gone: one more try with fresh lists.
try_download()
{
    what=$1
    pattern=$2
    shift 2
    say "downloading $what"
    mkdir -p "$part"
    if ! ( cd "$part" && "$@" )
    then
        say "$what could not be downloaded; reading the package lists afresh"
        rm -f "${conf%/*}/updated"
        apt_update "$conf"
        ( cd "$part" && "$@" ) || { rm -rf "$part"; return 1; }
    fi
    ( cd "$part" && set -- $pattern && [ -e "$1" ] ) ||
        die "the download of $what brought no $pattern"
    ( cd "$part" && mv $pattern .. )
    rm -rf "$part"
}

download()
{
    try_download "$@" || die "$1 could not be downloaded"
}

# The version is looked up inside the command, so that the second try of
# download() sees the fresh lists.
get_xen()
{
    version=$(apt-cache -c "$conf" showsrc --only-source "$XEN_PACKAGE" 2>/dev/null |
              sed -n 's/^Version: //p' |
              awk -v series="$XEN_SERIES." 'index($0, series) == 1' | sort -V | tail -n 1)
    if [ -z "$version" ]
    then
        say "suite $DEBIAN_SUITE has no $XEN_PACKAGE $XEN_SERIES.x"
        return 1
    fi
    apt-get -q -c "$conf" source --download-only --tar-only "$XEN_PACKAGE=$version"
}

# What our suite has, else what others have of the same series, else what
# somebody has put on this machine.
find_xen()
{
    open_lists
    if try_download "Xen $XEN_SERIES.x, source" '*.orig.tar.xz' get_xen
    then
        return
    fi

    say "suite $DEBIAN_SUITE does not hand it out: trying $XEN_OTHER_SUITES"
    conf=$(apt_private fetch-other "$GUEST_DEB_ARCH" deb-src $XEN_OTHER_SUITES)
    apt_update "$conf"
    if ! try_download "Xen $XEN_SERIES.x, source" '*.orig.tar.xz' get_xen
    then
        local_xen
    fi
    conf=
}

local_xen()
{
    tarball=$(newest "$XEN_TARBALLS/${XEN_PACKAGE}_$XEN_SERIES".*.orig.tar.xz)
    [ -n "$tarball" ] ||
        die "the archive names a source of Xen $XEN_SERIES.x, but does not hand it out." \
            "Try again later, or put ${XEN_PACKAGE}_$XEN_SERIES.<x>.orig.tar.xz into $XEN_TARBALLS" \
            "(or another folder, and say XEN_TARBALLS=<folder>)."
    say "no suite hands out Xen $XEN_SERIES.x: taking $tarball"
    mkdir -p "$part"
    cp "$tarball" "$part/"
    mv "$part/${tarball##*/}" "$DEB_DIR/"
    rm -rf "$part"
}

get_kernel()
{
    kernel=$(apt-cache -c "$conf" depends "$KERNEL_PACKAGE" |
             sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    apt-get -q -c "$conf" download "${kernel:-$KERNEL_PACKAGE-not-found}-unsigned"
}

get_busybox()
{
    apt-get -q -c "$conf" download "$BUSYBOX_PACKAGE"
}

get_sysroot()
{
    apt-get -q -c "$conf" download $missing
}

unpack_xen()
{
    tarball=$(newest "$DEB_DIR/${XEN_PACKAGE}_$XEN_SERIES".*.orig.tar.xz)
    version=${tarball##*/"${XEN_PACKAGE}"_}
    version=${version%.orig.tar.xz}
    tree=$SRC_DIR/xen-$version
    if [ ! -d "$tree" ]
    then
        say "unpacking Xen $version into $tree"
        mkdir -p "$SRC_DIR/part.$$"
        tar -xJf "$tarball" -C "$SRC_DIR/part.$$" --strip-components=1
        mv "$SRC_DIR/part.$$" "$tree"
    fi
    # Public headers and pristine source under a name without a version.
    if [ "$(readlink "$SRC_DIR/xen" || :)" != "${tree##*/}" ]
    then
        ln -sfn "${tree##*/}" "$SRC_DIR/xen"
    fi
}

if [ -z "$(newest "$DEB_DIR/${XEN_PACKAGE}_$XEN_SERIES".*.orig.tar.xz)" ]
then
    find_xen
fi
unpack_xen
case ${1:-all} in
all)
    if [ -z "$(newest "$DEB_DIR"/linux-image-*-unsigned_*.deb)" ]
    then
        open_lists
        download "dom0's kernel" '*.deb' get_kernel
    fi
    if [ -z "$(newest "$DEB_DIR/$BUSYBOX_PACKAGE"_*.deb)" ]
    then
        open_lists
        download "$BUSYBOX_PACKAGE" '*.deb' get_busybox
    fi
    ;;
tools)
    missing=
    for package in $SYSROOT_PACKAGES
    do
        [ -n "$(newest "$DEB_DIR/${package}"_*.deb)" ] || missing="$missing $package"
    done
    if [ -n "$missing" ]
    then
        open_lists
        download "arm64 libraries:$missing" '*.deb' get_sysroot
    fi
    ;;
esac
