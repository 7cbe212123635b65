/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the one scenario in which firmware hands over an SMMU that already
 * translates: a linear stream table whose entries all say bypass, then SMMUEN.
 * (SMMU architecture, IHI 0070: sections 5.2, 6.3.) Called by CPU 0 once.
 */
#include "firmware.h"

#define CR0             0x20
#define CR0ACK          0x24
#define CR0_SMMUEN      (1U << 0)
#define CR0_EVENTQEN    (1U << 2)
#define CR0_CMDQEN      (1U << 3)
#define CR1             0x28
#define CR1_ALL_WB_ISH  0xd75
#define CR2             0x2c
#define STRTAB_BASE     0x80
#define STRTAB_CFG      0x88
#define CMDQ_BASE       0x90
#define CMDQ_PROD       0x98
#define CMDQ_CONS       0x9c
#define EVENTQ_BASE     0xa0
#define EVENTQ_PROD     0x100a8
#define EVENTQ_CONS     0x100ac

#define SID_BITS        8
#define QUEUE_BITS      4
#define STE_BYTES       64
#define STE_V_BYPASS    9UL
#define STE_SHCFG_IN    (1UL << 44)     /* dword 1: as it comes in */
#define CMD_CFGI_ALL    0x04UL
#define CMD_TLBI_ALL    0x30UL
#define CMD_SYNC        0x46UL

static void command(uint64_t dword0, uint64_t dword1)
{
    uint32_t prod = read32(SMMU_BASE + CMDQ_PROD);
    uint64_t slot = FW_CMDQ_ADDR + 16 * (prod & ((1U << QUEUE_BITS) - 1));

    write64(slot, dword0);
    write64(slot + 8, dword1);
    barrier_all();
    prod = (prod + 1) & ((2U << QUEUE_BITS) - 1);
    write32(SMMU_BASE + CMDQ_PROD, prod);
    while ( read32(SMMU_BASE + CMDQ_CONS) != prod )
        ;
}

static void set_cr0(uint32_t val)
{
    write32(SMMU_BASE + CR0, val);
    while ( read32(SMMU_BASE + CR0ACK) != val )
        ;
}

void smmu_enable_bypass(void)
{
    for ( uint64_t sid = 0; sid < (1U << SID_BITS); sid++ )
    {
        uint64_t ste = FW_STRTAB_ADDR + sid * STE_BYTES;

        write64(ste + 8, STE_SHCFG_IN);
        write64(ste, STE_V_BYPASS);
    }
    barrier_all();

    set_cr0(0);
    write32(SMMU_BASE + CR1, CR1_ALL_WB_ISH);
    write32(SMMU_BASE + CR2, 0);
    write64(SMMU_BASE + STRTAB_BASE, FW_STRTAB_ADDR);
    write32(SMMU_BASE + STRTAB_CFG, SID_BITS);
    write64(SMMU_BASE + CMDQ_BASE, FW_CMDQ_ADDR | QUEUE_BITS);
    write32(SMMU_BASE + CMDQ_PROD, 0);
    write32(SMMU_BASE + CMDQ_CONS, 0);
    write64(SMMU_BASE + EVENTQ_BASE, FW_EVTQ_ADDR | QUEUE_BITS);
    write32(SMMU_BASE + EVENTQ_PROD, 0);
    write32(SMMU_BASE + EVENTQ_CONS, 0);

    set_cr0(CR0_CMDQEN);
    command(CMD_CFGI_ALL, 31);
    command(CMD_TLBI_ALL, 0);
    command(CMD_SYNC, 0);
    set_cr0(CR0_CMDQEN | CR0_EVENTQEN | CR0_SMMUEN);
    say("FW: SMMU left translating, all streams bypass\n");
}
