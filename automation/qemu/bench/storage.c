/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk's controller, which no driver operates while it is nobody's: made to
 * reach its region then, by being told to receive there what the disk sends (AHCI
 * 1.3.1, section 10.3.2). The verdict is the trace's.
 */
#include <string.h>
#include "machine.h"
#include "util.h"

#define PORT            (STORAGE_BASE + 0x100)
#define PORT_FB         (PORT + 0x08)
#define PORT_FBU        (PORT + 0x0c)
#define PORT_CMD        (PORT + 0x18)
#define PORT_CMD_FRE    (1U << 4)

void storage_receive(const struct scenario *s)
{
    uint64_t area = s->region[MASTER_STORAGE].base;
    const char *cmd;

    if ( !(s->masters & (1U << MASTER_STORAGE)) ||
         strcmp(scenario_get("storage.owner"), "guest") )
        return;

    /* A guest that was cut off may have left it running. */
    machine_qtest("writel %#llx 0", PORT_CMD + 0ULL);
    machine_qtest("writel %#llx %#x", PORT_FB + 0ULL, (uint32_t)area);
    machine_qtest("writel %#llx %#x", PORT_FBU + 0ULL, (uint32_t)(area >> 32));
    machine_qtest("writel %#llx %#x", PORT_CMD + 0ULL, PORT_CMD_FRE);
    cmd = machine_qtest("readl %#llx", PORT_CMD + 0ULL);
    mark("storage receives at %#llx: PxCMD %s", (unsigned long long)area,
         cmd ? cmd : "no-answer");
    machine_qtest("writel %#llx 0", PORT_CMD + 0ULL);
    machine_qtest("writel %#llx 0", PORT_FB + 0ULL);
    machine_qtest("writel %#llx 0", PORT_FBU + 0ULL);
}
