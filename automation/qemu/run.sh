#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# One run of the bench: run.sh [-q] KEY=VALUE... (the words are listed in
# bench/scenario.c). Makes the device tree, boots, analyses. Called by the top
# Makefile and by the tests. Exit status: 0 the masters stayed alive, 1 they
# did not, 2 no result. Ends what it started, also when interrupted.
#
# From the environment, to use other inputs than those under build: BENCH_BUILD,
# BENCH_FIRMWARE, BENCH_STUBDOM, BENCH_HOSTBIN, BENCH_XEN, BENCH_KERNEL,
# BENCH_INITRD, BENCH_DOMU_INITRD, BENCH_RUN_DIR (replaced as a whole); and QEMU.

set -u

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BENCH_BUILD:-$(cd "$here/../.." && pwd)/build}
FIRMWARE=${BENCH_FIRMWARE:-$BUILD/firmware/stub.elf}
STUBDOM=${BENCH_STUBDOM:-$BUILD/firmware/stubdom}
HOSTBIN=${BENCH_HOSTBIN:-$BUILD/host/bin}
KERNEL=${BENCH_KERNEL:-$BUILD/image/Image}
DOMU_INITRD=${BENCH_DOMU_INITRD:-$BUILD/image/domu.cpio.gz}
QEMU=${QEMU:-qemu-system-aarch64}
export QEMU

child=
words=

fail()
{
    echo "run.sh: $*" >&2
    [ -z "$words" ] || rm -f "$words"
    exit 2
}

# stop SIGNAL STATUS: hand the signal on and let the child clean up.
stop()
{
    trap '' INT TERM HUP
    [ -z "$child" ] || { kill -s "$1" "$child" 2>/dev/null; wait "$child"; }
    [ -z "$words" ] || rm -f "$words"
    exit "$2"
}

# supervise COMMAND...: like running it, but signals reach it at once.
supervise()
{
    "$@" &
    child=$!
    wait "$child"
    status=$?
    child=
    return "$status"
}

get()
{
    sed -n "s/^$1=//p" "$scenario"
}

need()
{
    [ -r "$1" ] || fail "$1 is missing: $2"
}

# QEMU's own tree, once per machine; renamed into place when complete.
base_tree()
{
    machine=$(get machine)
    stage=$(get stage)
    cpu=$(get cpu)
    base=$BUILD/dtb/$machine-stage${stage:-default}-$cpu.dtb
    [ -s "$base" ] && return

    mkdir -p "$BUILD/dtb"
    "$QEMU" -machine "$machine,virtualization=on,gic-version=3,iommu=smmuv3" \
        ${stage:+-global "arm-smmuv3.stage=$stage"} \
        -machine "dumpdtb=$base.$$" \
        -cpu "$cpu" -smp 3 -m 2G -nic none -display none \
        >"$run_dir/qemu.err" 2>&1 ||
        {
            cat "$run_dir/qemu.err" >&2
            fail "QEMU has no machine '$machine' with CPU '$cpu'"
        }
    mv "$base.$$" "$base"
}

# compile_domu SOURCE NAME
compile_domu()
{
    need "$1" "partial tree of the scenario's domU"
    dtc -q -I dts -O dtb -o "$run_dir/$2" "$1" ||
        fail "$1 is no device tree"
}

make_tree()
{
    tree=$run_dir/bench.dtb
    overlay=$(get overlay)

    set -- "$scenario" "$base" "$kernel" "$initrd" "$tree"
    if [ -n "$domu" ]
    then
        compile_domu "$domu" domu.dtb
        set -- "$@" "$KERNEL" "$DOMU_INITRD" "$run_dir/domu.dtb"
    fi
    if [ -n "$domu2" ]
    then
        compile_domu "$domu2" domu2.dtb
        set -- "$@" "$run_dir/domu2.dtb"
    fi
    "$HOSTBIN/mkdt" tree "$@" || exit 2
    [ -n "$overlay" ] || return 0

    need "$overlay" "overlay of the scenario"
    mv "$tree" "$run_dir/before-overlay.dtb"
    dtc -q -@ -I dts -O dtb -o "$run_dir/overlay.dtbo" "$overlay" &&
        fdtoverlay -i "$run_dir/before-overlay.dtb" -o "$tree" \
            "$run_dir/overlay.dtbo" ||
        fail "overlay $overlay does not fit the tree"
}

boot()
{
    set -- -s "$scenario" -d "$run_dir" -f "$FIRMWARE" -t "$run_dir/bench.dtb" \
        -x "$xen" $quiet
    case $dom0 in
        1 | xl) set -- "$@" -k "$kernel" -i "$initrd" ;;
        stub) set -- "$@" -k "$kernel" ;;
    esac
    [ -z "$domu" ] ||
        set -- "$@" -K "$KERNEL" -I "$DOMU_INITRD" -T "$run_dir/domu.dtb"
    [ -z "$domu2" ] || set -- "$@" -U "$run_dir/domu2.dtb"
    supervise "$HOSTBIN/bench" "$@"
}

quiet=
[ "${1-}" != -q ] || { quiet=-q; shift; }

trap 'stop INT 130' INT
trap 'stop TERM 143' TERM
trap 'stop HUP 129' HUP

need "$HOSTBIN/mkdt" "build the host programs first"
need "$FIRMWARE" "build the firmware first"
words=$(mktemp) || fail "no temporary file"
"$HOSTBIN/mkdt" scenario "$words" "$@" || fail "nothing done"
scenario=$words
run_dir=${BENCH_RUN_DIR:-$BUILD/run/$(get name)}
# Only a former run is cleared away, never a folder that happens to be named.
[ ! -e "$run_dir" ] || [ -e "$run_dir/scenario.txt" ] ||
    rmdir "$run_dir" 2>/dev/null || fail "$run_dir is not the folder of a run"
rm -rf "$run_dir"
mkdir -p "$run_dir" || fail "cannot make $run_dir"
mv "$words" "$run_dir/scenario.txt"
words=
scenario=$run_dir/scenario.txt

# What is on the disk at first is generation 1 of its contents.
case ,$(get masters), in
    *,storage,*) sh "$here/guest/pattern" 1 > "$run_dir/disk.img" || fail "cannot make the disk" ;;
esac

xen=${BENCH_XEN:-$BUILD/xen/$(get xen)/xen}
need "$xen" "build this variant of Xen first"
dom0=$(get dom0)
domu=$(get domu)
domu2=$(get domu2)
kernel=$KERNEL
initrd=${BENCH_INITRD:-$BUILD/image/dom0.cpio.gz}
case $dom0 in
    1) need "$KERNEL" "dom0's kernel"; need "$initrd" "dom0's initramfs" ;;
    xl)
        initrd=${BENCH_INITRD:-$BUILD/image/dom0-xl-$(get tools).cpio}
        need "$KERNEL" "dom0's kernel"
        need "$initrd" "dom0's initramfs with a toolstack (make image-xl)"
        ;;
    stub) kernel=$STUBDOM; need "$STUBDOM" "build the firmware first" ;;
esac
[ -z "$domu" ] || { need "$KERNEL" "the domU's kernel"; need "$DOMU_INITRD" "the domU's initramfs"; }

base_tree
make_tree
boot || fail "the bench did not run, see $run_dir"
need "$HOSTBIN/analyse" "no verdict, the data are in $run_dir"
supervise "$HOSTBIN/analyse" "$run_dir"
