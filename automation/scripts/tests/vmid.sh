#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# vmid.sh: a VMID is invalidated before it is free. dom0's only device behind
# the SMMU is deassigned, so that its context goes: the last thing the SMMU is
# told must be a TLBI of that VMID. On stock Xen it is not.

. "$(dirname "$0")/../env.sh"

work=$(mktemp -d "$BUILD/vmid.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

automation/scripts/build.sh stock fixes
automation/scripts/image.sh
make -s firmware hosttools

# invalidated VARIANT: is there a TLBI after the last change of an STE?
invalidated()
{
    BENCH_RUN_DIR=$TOP/$work/$1 automation/qemu/run.sh -q xen="$1" masters=edu edu.region=none \
        dom0args=bench=deassign:/edu@10100000 > "$work/$1.log" 2>&1 ||
        { cat "$work/$1.log"; die "$1: the run brought no good verdict"; }
    grep -q 'deassign:/edu@10100000 end status=0' "$work/$1/console.log" ||
        die "$1: the device was not deassigned"
    sed -n 's/.*smmuv3_cmdq_opcode <--- SMMU_CMD_//p' "$work/$1/trace.log" |
        awk '/CFGI_STE$/ { seen = 0 } /TLBI_S12_VMALL/ { seen = 1 } END { exit !seen }'
}

invalidated fixes || die "the VMID is free, and the SMMU was not told to forget it"
! invalidated stock || die "stock Xen invalidates too: nothing was shown"
