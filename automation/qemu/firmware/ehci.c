/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The alarm: an EHCI controller that walks an empty periodic list about a
 * thousand times a second (EHCI 1.0, section 3.1). One failed read makes it
 * stop for good, so a single fault that nobody else noticed is remembered.
 */
#include "firmware.h"

#define CAP_LENGTH          0x00
#define OP_USBCMD           0x00
#define OP_USBSTS           0x04
#define OP_PERIODICLIST     0x14
#define OP_CONFIGFLAG       0x40
#define USBCMD_RUN          (1U << 0)
#define USBCMD_RESET        (1U << 1)
#define USBCMD_PERIODIC     (1U << 4)
#define USBCMD_THRESHOLD(n) ((uint32_t)(n) << 16)
#define LINK_TERMINATE      1U
#define LIST_ENTRIES        1024

static uint64_t operational;

int ehci_start(struct bench_region region)
{
    uint64_t end = region.base + region.size;
    uint64_t list = (end - LIST_ENTRIES * 4) & ~(PAGE - 1);

    if ( region.size < LIST_ENTRIES * 4 || list < region.base )
        return -1;

    for ( unsigned int i = 0; i < LIST_ENTRIES; i++ )
        write32(list + 4 * i, LINK_TERMINATE);
    barrier_all();

    operational = EHCI_BASE + read8(EHCI_BASE + CAP_LENGTH);
    write32(operational + OP_USBCMD, USBCMD_RESET);
    while ( read32(operational + OP_USBCMD) & USBCMD_RESET )
        ;
    write32(operational + OP_PERIODICLIST, list);
    write32(operational + OP_CONFIGFLAG, 1);
    write32(operational + OP_USBCMD,
            USBCMD_THRESHOLD(8) | USBCMD_PERIODIC | USBCMD_RUN);
    say("FW: ehci: periodic list at 0x%lx\n", list);

    return 0;
}

int ehci_still_runs(void)
{
    if ( read32(operational + OP_USBCMD) & USBCMD_RUN )
        return 1;

    telemetry->ehci_status = read32(operational + OP_USBSTS);
    return 0;
}
