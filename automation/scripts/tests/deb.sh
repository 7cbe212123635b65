#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh CASE: the Debian packages, in roots of their own that hold nothing else.
# Called by the test driver. Nothing is installed on this machine, and nothing
# needs root.

. "$(dirname "$0")/../env.sh"
. automation/scripts/apt.sh

automation/scripts/deb.sh
mkdir -p "$CHECK_DIR"
work=$TOP/$(mktemp -d "$CHECK_DIR/deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

root=$work/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
: > "$root/var/lib/dpkg/status"
: > "$root/var/lib/dpkg/available"

packages=$(for deb in "$PACKAGE_DIR"/*.deb; do dpkg-deb -f "$deb" Package; done)

# package_file NAME: the file it is in.
package_file()
{
    newest "$PACKAGE_DIR/$1"_*.deb
}

# The packages are for another machine, and of Debian's there are none here.
in_root()
{
    dpkg --root="$root" --log=/dev/null --force-architecture --force-depends --force-not-root \
        --force-script-chrootless "$@"
}

# What is in the root, and is not dpkg's own.
contents()
{
    ( cd "$root" && find . -path ./var/lib/dpkg -prune -o ! -type d -print | sort )
}

# files FOLDER: of the packages in it, without folders.
files()
{
    for deb in "$1"/*.deb
    do
        dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -v '/$'
    done | sort
}

# Each file that a package names is there, as it was packed, and no other is.
check_installed()
{
    for package in $packages
    do
        [ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Status}' "$package")" = "install ok installed" ] ||
            die "$package is not installed"
        [ -z "$(in_root --verify "$package")" ] || die "$package: files are not as they were packed"
    done
    files "$PACKAGE_DIR" > "$work/packed"
    contents > "$work/found"
    diff "$work/packed" "$work/found" || die "other files than those of the packages"
}

# Installed, replaced by a newer version, removed: no file stays, not even a folder.
case_install()
{
    [ "$(echo "$packages" | wc -l)" = 2 ] || die "not two packages"
    PACKAGE_RELEASE=0 automation/scripts/deb.sh "$work/older"
    in_root -i "$work"/older/*.deb
    in_root -i "$PACKAGE_DIR"/*.deb 2>&1 | tee "$work/output"
    [ "$(grep -c ' over (.*+rmr0-' "$work/output")" = "$(echo "$packages" | wc -l)" ] ||
        die "the older version was not replaced"
    ! grep -q downgrad "$work/output" || die "it sorts below its own older version"
    check_installed

    in_root -r $packages
    [ -z "$(contents)" ] || die "after the removal there is still $(contents)"
    in_root -P $packages
    [ -z "$(in_root -l 2>/dev/null | grep '^..  *xen')" ] || die "dpkg still knows them"
    left=$(find "$root" -mindepth 1 ! -path "$root/var" ! -path "$root/var/lib" ! -path "$root/var/lib/dpkg*")
    [ -z "$left" ] || die "after the purge there is still $left"
}

# Two times the same, to the byte, whatever the time, the zone and the umask.
case_same()
{
    umask 077
    TZ=Pacific/Auckland automation/scripts/deb.sh "$work/again"
    for deb in "$PACKAGE_DIR"/*.deb
    do
        cmp "$deb" "$work/again/${deb##*/}" || die "${deb##*/} is another each time"
    done
}

# Above what the archive has of the same release of Xen, and first in GRUB's list,
# which is sorted as sort -V does. No file of Debian's is one of ours.
case_beside()
{
    hypervisor=xen-hypervisor-$XEN_SERIES-$GUEST_DEB_ARCH
    ours=$(dpkg-deb -f "$(package_file "xen-hypervisor-$XEN_SERIES-rmr-$GUEST_DEB_ARCH")" Version)
    conf=$(apt_private fetch "$GUEST_DEB_ARCH" 'deb deb-src' "$DEBIAN_SUITE")
    apt_update "$conf"
    theirs=$(apt-cache -c "$conf" show "$hypervisor" | sed -n 's/^Version: //p' | sort -V | tail -n 1)
    [ -n "$theirs" ] || die "the archive has no $hypervisor"
    for version in "$theirs" 4.20.4-1 4.20.4+63-g7abfd2bce2-0+deb13u1 4.20.4+63-g7abfd2bce2-0+deb13u2
    do
        dpkg --compare-versions "$ours" gt "$version" || die "$ours is not above Debian's $version"
    done
    dpkg --compare-versions "$ours" lt 4.20.5-1 || die "$ours is above a later release of Xen"

    ( cd "$work" && apt-get -q -c "$conf" download "$hypervisor" "xen-utils-$XEN_SERIES" \
          "libxenmisc$XEN_SERIES" xen-hypervisor-common xen-utils-common )
    files "$work" > "$work/theirs"
    files "$PACKAGE_DIR" > "$work/ours"
    grep -qx "./boot/xen-$XEN_SERIES-$GUEST_DEB_ARCH" "$work/theirs" || die "$hypervisor does not hold what it held"
    both=$(comm -12 "$work/theirs" "$work/ours")
    [ -z "$both" ] || die "Debian's have $both, too"
    first=$(cat "$work/theirs" "$work/ours" | sed -n 's,^./boot/\(xen.*\),\1,p' | grep -v '\.config$' | sort -V | tail -n 1)
    [ "$first" = "xen-$XEN_SERIES-rmr-$GUEST_DEB_ARCH" ] || die "GRUB would start $first"
}

# The scripts have GRUB's menu made anew, as the package comes and when it is gone,
# and only then.
case_grub()
{
    if ! unshare -rm true 2>/dev/null
    then
        echo "no name spaces here"
        exit 77
    fi
    dpkg-deb -e "$(package_file "xen-hypervisor-$XEN_SERIES-rmr-$GUEST_DEB_ARCH")" "$work/control"
    mkdir -p "$work/boot/grub" "$work/bin"
    printf '#!/bin/sh\necho called >> "%s/calls"\nexit 1\n' "$work" > "$work/bin/update-grub"
    chmod +x "$work/bin/update-grub"
    : > "$work/calls"

    # calls NUMBER WORD...: so many in all, after a script with these words.
    calls()
    {
        number=$1
        shift
        unshare -rm sh -c 'mount --bind "$1" /boot && shift && PATH=$1:$PATH && shift && exec "$@"' \
            sh "$work/boot" "$work/bin" "$@" || die "$* failed"
        [ "$(wc -l < "$work/calls")" = "$number" ] || die "$*: update-grub was called $(wc -l < "$work/calls") times"
    }
    calls 1 "$work/control/postinst" configure
    calls 1 "$work/control/postinst" abort-upgrade
    calls 2 "$work/control/postrm" remove
    calls 2 "$work/control/postrm" upgrade 1
    calls 2 "$work/control/postrm" purge
    calls 2 env DPKG_ROOT=/elsewhere "$work/control/postinst" configure
    rmdir "$work/boot/grub"
    calls 2 "$work/control/postinst" configure
}

# What the programs need is in the package, or in one that it depends on, and they look
# into the package first.
case_needs()
{
    deb=$(package_file "xen-utils-$XEN_SERIES-rmr")
    dpkg-deb -x "$deb" "$work/tree"
    private=$work/tree/usr/lib/$TOOLS_LEAF
    for package in $(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/,//g')
    do
        case $package in
        xen-*) continue ;;
        esac
        file=$(newest "$DEB_DIR/$package"_*.deb)
        [ -n "$file" ] || die "$package is none of those that the tools are built with"
        dpkg-deb --fsys-tarfile "$file" | tar -t
    done > "$work/others"
    find "$private" "$work/tree/usr/bin" -type f > "$work/programs"
    [ -s "$work/programs" ] || die "there are no programs"
    while read -r program
    do
        "${CROSS_COMPILE_ARM64}objdump" -p "$program" > "$work/headers"
        path=$(sed -n 's/^ *RUNPATH *//p' "$work/headers")
        for library in $(sed -n 's/^ *NEEDED *//p' "$work/headers")
        do
            case $library in
            libx*) [ -e "$private/lib/$library" ] && [ "$path" = "/usr/lib/$TOOLS_LEAF/lib" ] ;;
            *) grep -q "/$library\$" "$work/others" ;;
            esac || die "$program would not find $library"
        done
    done < "$work/programs"
}

# What was installed boots, and keeps the devices alive. A run that failed stays.
case_boot()
{
    in_root -i "$PACKAGE_DIR"/*.deb
    automation/scripts/image.sh
    make -s firmware hosttools
    rm -rf "$CHECK_DIR/deb.run"
    BENCH_XEN=$root/boot/xen-$XEN_SERIES-rmr-$GUEST_DEB_ARCH BENCH_RUN_DIR=$TOP/$CHECK_DIR/deb.run \
        automation/qemu/run.sh -q xen=deb masters=display,audio,ehci
    rm -rf "$CHECK_DIR/deb.run"
}

# The same with a guest. xl, its libraries and the hypervisor are those that were
# installed; all else is a stock toolstack, as Debian's is.
case_guest()
{
    in_root -i "$PACKAGE_DIR"/*.deb
    automation/scripts/tools.sh stock
    stack=$TOOLS_DIR/installed
    trap 'rm -rf "$work" "$TOP/$stack" "$TOP/$IMAGE_DIR"/dom0-xl-installed.cpio*' EXIT
    rm -rf "$stack"
    cp -a "$TOOLS_DIR/stock" "$stack"
    cp -a "$root/usr/lib" "$root/usr/sbin" "$stack/usr/"
    ln -sf xl-rmr "$stack/usr/sbin/xl"
    automation/scripts/image.sh installed
    make -s firmware hosttools
    rm -rf "$CHECK_DIR/deb.run"
    BENCH_XEN=$root/boot/xen-$XEN_SERIES-rmr-$GUEST_DEB_ARCH BENCH_RUN_DIR=$TOP/$CHECK_DIR/deb.run \
        automation/qemu/run.sh -q xen=deb dom0=xl tools=installed masters=display display.owner=guest \
            args=rmr=/display@10000000=keep \
            dom0args=bench=xl-create:display,guest-wait:display:GUEST:%20up,xl:rmr-list,xl-destroy:display,key
    grep -Eq 'xl: /display@10000000 .* joined +display[(]' "$CHECK_DIR/deb.run/console.log" ||
        die "xl rmr-list did not show the guest's device"
    rm -rf "$CHECK_DIR/deb.run"
}

"case_$1"
