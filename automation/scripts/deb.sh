#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh [FOLDER]: `make deb`. Debian packages for arm64, in build/packages or in
# FOLDER: the hypervisor (variant release), to be installed beside Debian's, with
# which it shares no file. The same commit makes the same packages, to the byte.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/overlay.sh"

folder=${1:-$PACKAGE_DIR}
automation/scripts/build.sh release
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

hypervisor
