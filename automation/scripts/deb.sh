#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh [FOLDER]: `make deb`. Debian packages for arm64, in build/packages or in
# FOLDER: the hypervisor (variant release) and xl, to be installed beside Debian's,
# with which they share no file. The same commit makes the same packages, to the
# byte.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

folder=${1:-$PACKAGE_DIR}
automation/scripts/deps.sh $PACKAGES_TOOLS
automation/scripts/build.sh release
automation/scripts/tools.sh packaged
release=$(xen_version "$SRC_DIR/xen")
# Without a repository, the time of the change log has to do.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH
commit=$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)
# Above all that Debian makes of this release ("4.20.4+63-g7abfd2bce2-0+deb13u1").
version=$release+rmr$PACKAGE_RELEASE-1
year=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y)
maintainer="${DEBFULLNAME:-$(git log -1 --format=%an || echo unknown)} <${DEBEMAIL:-$(git log -1 --format=%ae || echo unknown)}>"

mkdir -p "$folder"
umask 022
work=$(mktemp -d "$BUILD/deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# changelog: the newest section of ours, in Debian's form.
changelog()
{
    echo "$package ($version) unstable; urgency=medium"
    echo
    echo "  * Xen $release with commit $commit of RMR for Xen on Arm."
    awk '/^## / { if ( n++ ) exit; next }
         !n || !NF { next }
         sub(/^### /, "") { print "\n  [ " $0 " ]\n"; next }
         sub(/^- /, "") { print "  * " $0; next }
         sub(/^ +/, "") { print "    " $0; next }
         { print "\n  " $0 "\n" }' CHANGELOG.md | fmt -t -w 78
    echo
    echo " -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

copyright()
{
    cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Xen
Source: https://xenbits.xen.org
Comment: Xen $release, with the files and patches of RMR for Xen on Arm, commit $commit.

Files: *
Copyright: 2002-$year the authors of Xen
           $year the authors of RMR for Xen on Arm
License: GPL-2
 Xen and RMR for Xen on Arm can be used under the terms of version 2 of the GNU
 General Public License, and of no other version. Some files of Xen have other
 licences that are compatible with it; the files themselves, and COPYING in
 Xen's source, say which.
 .
 On Debian systems the text of the licence is in
 /usr/share/common-licenses/GPL-2.

Files: tools/libs/*
Copyright: 2002-$year the authors of Xen
           $year the authors of RMR for Xen on Arm
License: LGPL-2.1
 Xen's libraries, and what is added to them, can be used under the terms of version
 2.1 of the GNU Lesser General Public License, and of no other version.
 .
 On Debian systems the text of the licence is in
 /usr/share/common-licenses/LGPL-2.1.
END
}

# start PACKAGE: its root is \$root, to be filled.
start()
{
    package=$1
    root=$work/$package
    mkdir -p "$root/DEBIAN" "$root/usr/share/doc/$package"
    changelog | gzip -9n > "$root/usr/share/doc/$package/changelog.Debian.gz"
    copyright > "$root/usr/share/doc/$package/copyright"
}

# put MODE FILE NAME: a file into the package.
put()
{
    mkdir -p "$root/$(dirname "$3")"
    install -m "$1" "$2" "$root/$3"
}

# finish: the standard input is the rest of the control file.
finish()
{
    # As dpkg-gencontrol counts: files in KiB, anything else as one.
    size=$(find "$root" -path "$root/DEBIAN" -prune -o -printf '%y %s\n' |
           awk '{ n += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print n }')
    {
        printf '%s\n' "Package: $package" "Version: $version" "Architecture: $GUEST_DEB_ARCH" \
            "Maintainer: $maintainer" "Installed-Size: $size"
        cat
    } > "$root/DEBIAN/control"
    ( cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | sort | xargs md5sum ) > "$work/md5sums"
    mv "$work/md5sums" "$root/DEBIAN/md5sums"
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    rm -f "$folder/${package}"_*.deb
    dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$root" "$folder" > /dev/null
    say "$folder/${package}_${version}_$GUEST_DEB_ARCH.deb"
}

# script NAME STATE: has the boot loader look for hypervisors in that state. In a
# root that is not the running system's there is nothing to look for.
script()
{
    cat > "$root/DEBIAN/$1" <<END
#!/bin/sh
set -e
if [ "\$1" = $2 ] && [ -z "\$DPKG_ROOT" ] && [ -d /boot/grub ] &&
   command -v update-grub > /dev/null
then
    update-grub || :
fi
END
    chmod 755 "$root/DEBIAN/$1"
}

# GRUB takes what is called /boot/xen-* for a hypervisor, except *.config, and the
# highest version first: this one comes before Debian's of the same series.
hypervisor()
{
    start "xen-hypervisor-$XEN_SERIES-rmr-$GUEST_DEB_ARCH"
    put 644 "$XEN_DIR/release/xen" "boot/xen-$XEN_SERIES-rmr-$GUEST_DEB_ARCH"
    put 644 "$XEN_DIR/release/.config" "boot/xen-$XEN_SERIES-rmr-$GUEST_DEB_ARCH.config"
    for file in $(overlay_files | grep '^docs/misc/')
    do
        put 644 "$file" "usr/share/doc/$package/$(basename "$file")"
    done
    script postinst configure
    script postrm remove
    finish <<END
Provides: xen-hypervisor, xen-hypervisor-$XEN_SERIES, xen-hypervisor-$GUEST_DEB_ARCH
Recommends: xen-hypervisor-common, xen-utils-$XEN_SERIES
Suggests: xen-utils-$XEN_SERIES-rmr
Section: kernel
Priority: optional
Description: Xen hypervisor that keeps reserved DMA regions (RMR)
 Devices that firmware left doing DMA, such as a display that shows a boot
 picture, keep the memory that firmware reserved for them while Xen takes over
 their SMMU, builds domains, and moves them from one domain to another.
 .
 This is Xen $release with an overlay. It can be installed beside Debian's
 hypervisor of the same series. What Debian added to its own since $release,
 security fixes among it, is not in this one.
END
}

# Debian's daemons and scripts serve this xl, too; what it needs of Xen's libraries it
# brings, in a folder that nothing else looks into.
utils()
{
    start "xen-utils-$XEN_SERIES-rmr"
    stack=$TOOLS_DIR/packaged/usr
    mkdir -p "$root/usr/lib/$TOOLS_LEAF/lib" "$root/usr/sbin"
    for program in "$stack/sbin/xl" "$stack/lib/$TOOLS_LEAF/bin/xenconsole" \
                   "$stack/lib/$TOOLS_LEAF/bin/libxl-save-helper"
    do
        put 755 "$program" "usr/lib/$TOOLS_LEAF/bin/$(basename "$program")"
    done
    for library in "$stack"/lib/libx*.so.*
    do
        if [ -L "$library" ]
        then
            cp -P "$library" "$root/usr/lib/$TOOLS_LEAF/lib/"
        else
            put 644 "$library" "usr/lib/$TOOLS_LEAF/lib/$(basename "$library")"
        fi
    done
    put 755 "$stack/sbin/xen-rmr" usr/bin/xen-rmr
    find "$root/usr/lib" "$root/usr/bin" -type f -exec "${CROSS_COMPILE_ARM64}strip" --strip-unneeded {} +
    put 644 tools/rmr/bash-completion usr/share/bash-completion/completions/xen-rmr
    mkdir -p "$root/usr/share/man/man1"
    pod2man --section=1 --name=xen-rmr --center=Xen --release="$release" \
        --date="$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)" docs/man/xen-rmr.1.pod |
        gzip -n9 > "$root/usr/share/man/man1/xen-rmr.1.gz"
    ln -s "../lib/$TOOLS_LEAF/bin/xl" "$root/usr/sbin/xl-rmr"
    libc=$(find "$root/usr/lib" "$root/usr/bin" -type f -exec "${CROSS_COMPILE_ARM64}objdump" -T {} + |
           sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1)
    finish <<END
Depends: xen-utils-$XEN_SERIES, libc6 (>= $libc), libfdt1, libgcc-s1, libuuid1, libyajl2, zlib1g
Enhances: xen-hypervisor-$XEN_SERIES-rmr-$GUEST_DEB_ARCH
Section: admin
Priority: optional
Description: xl for guests with reserved DMA regions (RMR)
 The program xl-rmr is xl with the overlay that the hypervisor of the package
 xen-hypervisor-$XEN_SERIES-rmr-$GUEST_DEB_ARCH has: it makes guests that get devices
 which firmware left doing DMA, and lists these devices.
 .
 It works with the daemons and scripts of Debian's xen-utils-$XEN_SERIES, beside
 Debian's xl. It knows of no QEMU and of no pygrub by itself; both can be named
 in a guest's configuration.
 .
 The program xen-rmr says what that hypervisor makes of a device tree.
END
}

hypervisor
utils
