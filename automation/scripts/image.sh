#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh: makes what dom0 boots: build/image/Image, Debian's kernel, and
# build/image/dom0.cpio.gz, an initramfs of busybox, our init and rmrctl, and
# the kernel modules these need. Made again only when something in it changed.

. "$(dirname "$0")/env.sh"

automation/scripts/fetch.sh
kernel_deb=$(newest "$DEB_DIR"/linux-image-*-unsigned_*.deb)
busybox_deb=$(newest "$DEB_DIR/$BUSYBOX_PACKAGE"_*.deb)
dom0=automation/qemu/dom0
mkdir -p "$IMAGE_DIR"
work=$IMAGE_DIR/work
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# What the image is made of: a change of any of it makes another sum.
sum=$(cat "$0" Config.mk "$dom0/init" "$dom0/rmrctl.c" | cksum)
sum="$sum $kernel_deb $busybox_deb"
if [ "$(cat "$IMAGE_DIR/made-of" 2>/dev/null)" = "$sum" ] &&
   [ -f "$IMAGE_DIR/Image" ] && [ -f "$IMAGE_DIR/dom0.cpio.gz" ]
then
    exit 0
fi
rm -rf "$work" "$IMAGE_DIR/made-of"
mkdir -p "$work/kernel" "$work/busybox" "$work/root/modules" "$work/root/bin"

# Xen wants the kernel as an arm64 Image ("ARM\x64" at offset 56).
kernel_image()
{
    vmlinuz=$(newest "$work"/kernel/boot/vmlinuz-*)
    [ -n "$vmlinuz" ] || die "$kernel_deb holds no boot/vmlinuz-*"
    if gzip -t "$vmlinuz" 2>/dev/null
    then
        gzip -dc "$vmlinuz" > "$work/Image"
    else
        cp "$vmlinuz" "$work/Image"
    fi
    [ "$(dd if="$work/Image" bs=1 skip=56 count=4 2>/dev/null)" = ARMd ] ||
        die "the kernel in $kernel_deb is not an arm64 Image, and Xen boots nothing else"
}

# A module's file in the package, by its name; - and _ mean the same.
module_file()
{
    find "$work/kernel" -name "$(echo "$1" | sed 's/[-_]/[-_]/g').ko*" | head -n 1
}

# add_module NAME: what it depends on first, so that the order is that of loading.
add_module()
{
    local file plain
    file=$(module_file "$1")
    if [ -z "$file" ]
    then
        grep -q "/$(echo "$1" | sed 's/[-_]/[-_]/g')\.ko$" "$(find "$work/kernel" -name modules.builtin)" ||
            die "$kernel_deb has no module $1"
        return 0
    fi
    plain=${file##*/}
    plain=${plain%.xz}
    [ ! -f "$work/root/modules/$plain" ] || return 0
    case $file in
    *.xz) xz -dc "$file" ;;
    *) cat "$file" ;;
    esac > "$work/root/modules/$plain"
    for needed in $("${CROSS_COMPILE_ARM64}objcopy" -O binary -j .modinfo --set-section-flags .modinfo=alloc \
                        "$work/root/modules/$plain" /dev/stdout |
                    tr '\0' '\n' | sed -n 's/^depends=//p' | tr ',' ' ')
    do
        add_module "$needed"
    done
    echo "$plain" >> "$work/root/modules/order"
}

say "unpacking ${kernel_deb##*/}"
dpkg-deb --fsys-tarfile "$kernel_deb" |
    tar -x -C "$work/kernel" --wildcards './boot/vmlinuz-*' './*lib/modules/*'
kernel_image

: > "$work/root/modules/order"
for module in $DOM0_MODULES
do
    add_module "$module"
done
echo "$DOM0_STEPS" > "$work/root/modules/steps"

dpkg-deb -x "$busybox_deb" "$work/busybox"
busybox=$(find "$work/busybox" -type f -path '*/bin/busybox' | head -n 1)
[ -n "$busybox" ] || die "$busybox_deb holds no busybox"
cp "$busybox" "$work/root/bin/busybox"
ln -s busybox "$work/root/bin/sh"
cp "$dom0/init" "$work/root/init"
chmod 755 "$work/root/init"
# Xen's headers come last: some of its folders are named like the system's.
"${CROSS_COMPILE_ARM64}gcc" $DOM0_CFLAGS -D_GNU_SOURCE -idirafter "$SRC_DIR/xen/xen/include" \
    -o "$work/root/bin/rmrctl" "$dom0/rmrctl.c"
"${CROSS_COMPILE_ARM64}strip" "$work/root/bin/rmrctl"
mkdir -p "$work/root/proc" "$work/root/sys" "$work/root/dev" "$work/root/tmp"

( cd "$work/root" && find . | sort | cpio -o -H newc -R 0:0 --quiet --reproducible ) |
    gzip -9n > "$work/dom0.cpio.gz"
mv "$work/Image" "$IMAGE_DIR/Image"
mv "$work/dom0.cpio.gz" "$IMAGE_DIR/dom0.cpio.gz"
echo "$sum" > "$IMAGE_DIR/made-of"
say "$IMAGE_DIR/Image (${kernel_deb##*/}) and dom0.cpio.gz ($(du -k "$IMAGE_DIR/dom0.cpio.gz" | cut -f 1) KiB)"
