#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh [TOOLS]: makes what dom0 boots: build/image/Image, Debian's kernel, and
# build/image/dom0.cpio.gz, an initramfs of busybox, our init and rmrctl, and
# the kernel modules these need; build/image/domu.cpio.gz, busybox and an init,
# for domains that Xen builds. With TOOLS, a variant that tools.sh has built, also
# build/image/dom0-xl-TOOLS.cpio: the same with Xen's toolstack, and with
# guests for it. Made again only when something in it changed.

. "$(dirname "$0")/env.sh"

tools=${1:-}
automation/scripts/fetch.sh
kernel_deb=$(newest "$DEB_DIR"/linux-image-*-unsigned_*.deb)
busybox_deb=$(newest "$DEB_DIR/$BUSYBOX_PACKAGE"_*.deb)
dom0=automation/qemu/dom0
guest=automation/qemu/guest
board=tools/tests/rmr/tool/dts/framebuffer.dts
domu=automation/qemu/domu
mkdir -p "$IMAGE_DIR"
work=$IMAGE_DIR/work
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

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

# add_module NAME: into $root, what it depends on first, so that the order is
# that of loading.
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
    [ ! -f "$root/modules/$plain" ] || return 0
    case $file in
    *.xz) xz -dc "$file" ;;
    *) cat "$file" ;;
    esac > "$root/modules/$plain"
    for needed in $("${CROSS_COMPILE_ARM64}objcopy" -O binary -j .modinfo --set-section-flags .modinfo=alloc \
                        "$root/modules/$plain" /dev/stdout |
                    tr '\0' '\n' | sed -n 's/^depends=//p' | tr ',' ' ')
    do
        add_module "$needed"
    done
    echo "$plain" >> "$root/modules/order"
}

# compile PROGRAM FILE: a static program of ours for the target. Xen's headers
# come last: some of its folders are named like the system's.
compile()
{
    "${CROSS_COMPILE_ARM64}gcc" $DOM0_CFLAGS -D_GNU_SOURCE -idirafter "$SRC_DIR/xen/xen/include" -o "$1" "$2"
    "${CROSS_COMPILE_ARM64}strip" "$1"
}

add_busybox()
{
    mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
    cp "$IMAGE_DIR/busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
}

# pack ROOT: as a cpio archive, to standard output.
pack()
{
    ( cd "$1" && find . | sort | cpio -o -H newc -R 0:0 --quiet --reproducible )
}

# made_of FILE SUM: whether FILE, and what comes with it, was made of just that.
made_of()
{
    [ -f "$1" ] && [ "$(cat "$1.made-of" 2>/dev/null)" = "$2" ]
}

# The kernel, busybox, dom0's root and the modules that only the toolstack
# needs: what takes a package to be unpacked.
make_dom0()
{
    rm -rf "$work" "$IMAGE_DIR/dom0.cpio.gz.made-of"
    mkdir -p "$work/kernel" "$work/busybox"
    say "unpacking ${kernel_deb##*/}"
    dpkg-deb --fsys-tarfile "$kernel_deb" |
        tar -x -C "$work/kernel" --wildcards './boot/vmlinuz-*' './*lib/modules/*'
    kernel_image
    dpkg-deb -x "$busybox_deb" "$work/busybox"
    busybox=$(find "$work/busybox" -type f -path '*/bin/busybox' | head -n 1)
    [ -n "$busybox" ] || die "$busybox_deb holds no busybox"
    cp "$busybox" "$IMAGE_DIR/busybox"

    root=$work/root
    mkdir -p "$root/modules"
    : > "$root/modules/order"
    for module in $DOM0_MODULES
    do
        add_module "$module"
    done
    cp -a "$root/modules" "$work/modules"
    root=$work/xl
    mkdir -p "$root"
    mv "$work/modules" "$root/modules"
    for module in $DOM0_XL_MODULES
    do
        add_module "$module"
    done
    rm -rf "$IMAGE_DIR/modules-xl"
    mv "$root/modules" "$IMAGE_DIR/modules-xl"
    root=$work/guest
    mkdir -p "$root/modules"
    for module in $GUEST_MODULES
    do
        add_module "$module"
    done
    rm -rf "$IMAGE_DIR/modules-guest"
    mv "$root/modules" "$IMAGE_DIR/modules-guest"

    root=$work/root
    echo "$DOM0_STEPS" > "$root/modules/steps"
    add_busybox
    cp "$dom0/init" "$root/init"
    chmod 755 "$root/init"
    compile "$IMAGE_DIR/rmrctl" "$dom0/rmrctl.c"
    cp "$IMAGE_DIR/rmrctl" "$root/bin/rmrctl"
    pack "$root" | gzip -9n > "$work/dom0.cpio.gz"

    root=$work/domu
    add_busybox
    cp "$domu/init" "$root/init"
    chmod 755 "$root/init"
    pack "$root" | gzip -9n > "$work/domu.cpio.gz"

    mv "$work/Image" "$IMAGE_DIR/Image"
    mv "$work/domu.cpio.gz" "$IMAGE_DIR/domu.cpio.gz"
    mv "$work/dom0.cpio.gz" "$IMAGE_DIR/dom0.cpio.gz"
    echo "$sum" > "$IMAGE_DIR/dom0.cpio.gz.made-of"
    say "$IMAGE_DIR/Image (${kernel_deb##*/}) and dom0.cpio.gz ($(du -k "$IMAGE_DIR/dom0.cpio.gz" | cut -f 1) KiB)"
}

# add_guests ROOT: their kernel is dom0's; one initramfs, and what xl is told of each.
add_guests()
{
    mkdir -p "$1/guest"
    ln "$IMAGE_DIR/Image" "$1/guest/Image"
    cp "$guest"/*.cfg "$1/guest/"
    for tree in "$guest"/*.dts
    do
        dtc -q -I dts -O dtb -o "$1/guest/$(basename "$tree" .dts).dtb" "$tree"
    done
    # A board's, for what dom0 can say of one.
    dtc -q -I dts -O dtb -i tools/tests/rmr/dts -o "$1/guest/board.dtb" "$board"
    make -s -C "$guest/hostile" O="$TOP/$work/hostile" XEN_SRC="$TOP/$SRC_DIR/xen" \
        CROSS_COMPILE="$CROSS_COMPILE_ARM64"
    cp "$work/hostile/hostile" "$1/guest/"

    root=$work/guest
    add_busybox
    compile "$root/bin/paint" "$guest/paint.c"
    compile "$root/bin/memtest" "$guest/memtest.c"
    cp -a "$IMAGE_DIR/modules-guest" "$root/modules"
    compile "$root/bin/storm" "$guest/storm.c"
    cp "$guest/init" "$root/init"
    cp "$guest/pattern" "$root/bin/pattern"
    mkdir -p "$root/sbin"
    cp "$guest/poweroff" "$root/sbin/poweroff"
    chmod 755 "$root/init" "$root/bin/pattern" "$root/sbin/poweroff"
    pack "$root" | gzip -9n > "$1/guest/initrd.gz"
}

# Not compressed: it is as large as the guest's kernel makes it, and the machine
# that unpacks it is an emulated one.
make_dom0_xl()
{
    image=$IMAGE_DIR/dom0-xl-$tools.cpio
    stack=$TOOLS_DIR/$tools
    [ -d "$stack/usr" ] || die "there is no $stack: build it first (make tools TOOLS=$tools)"
    sum="$sum $(find "$guest" automation/qemu/bench/layout.h "$board" -type f | sort | xargs cat | cksum) $(cd "$stack" && find . -type f | sort | xargs cksum | cksum)"
    ! made_of "$image" "$sum" || return 0
    rm -rf "$work" "$image.made-of"
    root=$work/root
    add_busybox
    cp -a "$IMAGE_DIR/modules-xl" "$root/modules"
    echo "$DOM0_XL_STEPS" > "$root/modules/steps"
    cp "$dom0/init" "$root/init"
    chmod 755 "$root/init"
    cp "$IMAGE_DIR/rmrctl" "$root/bin/rmrctl"
    cp -a "$stack/." "$root/"
    find "$root/usr" -type f ! -name 'ld-linux*' -exec "${CROSS_COMPILE_ARM64}strip" --strip-unneeded {} +
    add_guests "$root"
    pack "$work/root" > "$work/image"
    mv "$work/image" "$image"
    echo "$sum" > "$image.made-of"
    say "$image ($(du -k "$image" | cut -f 1) KiB)"
}

# What the image is made of: a change of any of it makes another sum.
sum="$(cat "$0" Config.mk "$dom0/init" "$dom0/rmrctl.c" "$domu/init" | cksum) $kernel_deb $busybox_deb"
if ! made_of "$IMAGE_DIR/dom0.cpio.gz" "$sum" || [ ! -f "$IMAGE_DIR/Image" ] ||
   [ ! -f "$IMAGE_DIR/domu.cpio.gz" ]
then
    make_dom0
fi
[ -z "$tools" ] || make_dom0_xl
