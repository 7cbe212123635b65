#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# registers.sh: guarantee G8 at run time. On a machine without RMR masters our
# Xen and stock with the fixes make the same SMMU register writes and commands
# in the same order, up to dom0's end; the addresses of tables and queues are
# masked. With an RMR master they must differ, else nothing was compared.

. "$(dirname "$0")/../env.sh"

work=$(mktemp -d "$BUILD/registers.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

automation/scripts/build.sh fixes ours
automation/scripts/image.sh
make -s firmware hosttools

# writes NAME VARIANT WORD...: what a run writes, in $work/NAME.
writes()
{
    to=$work/$1 variant=$2
    shift 2
    BENCH_RUN_DIR=$TOP/$to.run automation/qemu/run.sh -q xen="$variant" dom0=stub "$@" > "$to.log" 2>&1 ||
        { cat "$to.log"; die "$variant: the run brought no good verdict"; }
    sed -n 's/^[^:]*:\(smmuv3_write_mmio\|smmuv3_cmdq_opcode\) /\1 /p' "$to.run/trace.log" |
        sed 's/\(addr: 0x\(80\|90\|a0\) val:\)[^ ]*/\1masked/' > "$to"
    [ "$(wc -l < "$to")" -gt 20 ] || die "$variant: the trace holds next to no register write"
}

writes fixes fixes masters=edu edu.region=none
writes ours ours masters=edu edu.region=none
writes rmr ours masters=edu

if ! cmp -s "$work/fixes" "$work/ours"
then
    diff -u "$work/fixes" "$work/ours" | head -n 40
    die "without RMR masters our Xen writes other registers than stock with the fixes"
fi
! cmp -s "$work/fixes" "$work/rmr" || die "an RMR master makes no difference: nothing was compared"
say "$(wc -l < "$work/ours") writes and commands, the same in both"
