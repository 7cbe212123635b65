/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's first half, on CPU 0: places the devices, starts the masters
 * that the config names, each inside its own region, sees the first frames on
 * the screen, and enters Xen. A master that cannot start is reported and left
 * off; the others go on.
 */
#include "firmware.h"

#define PSCI_CPU_ON         0xc4000003UL
#define HIDDEN_CPU          2
#define FIRST_FRAMES        3
#define FIRST_FRAMES_SECS   10

void hidden_cpu_main(void);
void firmware_main(void);

static const char *const names[NR_MASTERS] = {
    [MASTER_DISPLAY] = "display",
    [MASTER_AUDIO] = "audio",
    [MASTER_EHCI] = "ehci",
    [MASTER_EDU] = "edu",
    [MASTER_STORAGE] = "storage",
};

static struct bench_region region_of(unsigned int idx)
{
    struct bench_region region = {
        .base = config->region[idx].base,
        .size = config->region[idx].size,
    };

    return region;
}

static void place(unsigned int idx, const struct pci_device *dev)
{
    switch ( idx )
    {
    case MASTER_DISPLAY:
        pci_set_bar(dev, DISPLAY_MSIX_BAR, DISPLAY_MSIX_BASE);
        pci_set_bar(dev, DISPLAY_REGS_BAR, DISPLAY_REGS_BASE);
        break;
    case MASTER_AUDIO:
        pci_set_bar(dev, 0, AUDIO_PORT);
        break;
    case MASTER_EHCI:
        pci_set_bar(dev, 0, EHCI_BASE);
        break;
    case MASTER_EDU:
        pci_set_bar(dev, 0, EDU_BASE);
        break;
    case MASTER_STORAGE:
        pci_set_bar(dev, STORAGE_BAR, STORAGE_BASE);
        break;
    }
    pci_enable(dev, idx == MASTER_STORAGE);
    say("FW: %s: slot %u id %x sid 0x%x region 0x%lx+0x%lx\n", names[idx],
        MASTER_SLOT(idx), dev->id, MASTER_SID(idx),
        region_of(idx).base, region_of(idx).size);
}

static void start(unsigned int idx, const struct pci_device *dev)
{
    struct bench_region region = region_of(idx);
    int rc = 0;

    switch ( idx )
    {
    case MASTER_DISPLAY:
        rc = gpu_probe(dev, region);
        telemetry->last_error = rc;
        telemetry->state = rc ? STATE_DEAD : STATE_RUNNING;
        if ( !rc )
            picture_draw(region.base);
        break;
    case MASTER_AUDIO:
        rc = audio_start(region);
        telemetry->audio_state = rc ? STATE_DEAD : STATE_RUNNING;
        break;
    case MASTER_EHCI:
        rc = ehci_start(region);
        telemetry->ehci_state = rc ? STATE_DEAD : STATE_RUNNING;
        break;
    case MASTER_EDU:
        break;          /* moves only when the runner tells it to */
    case MASTER_STORAGE:
        break;          /* and this one when a driver does */
    }

    if ( rc )
        say("FW: %s: cannot start in region 0x%lx+0x%lx, left off\n",
            names[idx], region.base, region.size);
}

static void start_masters(void)
{
    for ( unsigned int idx = 0; idx < NR_MASTERS; idx++ )
    {
        struct pci_device dev;

        if ( !pci_find(MASTER_SLOT(idx), &dev) )
        {
            if ( config->masters & (1U << idx) )
                say("FW: %s: no device in slot %u, left off\n",
                    names[idx], MASTER_SLOT(idx));
            continue;
        }

        place(idx, &dev);
        if ( config->masters & (1U << idx) )
            start(idx, &dev);
    }
}

static void start_hidden_cpu(void)
{
    uint64_t rc = psci_call(PSCI_CPU_ON, HIDDEN_CPU,
                            (uint64_t)hidden_cpu_entry, 0);
    uint64_t begin = time_now();

    if ( rc )
    {
        say("FW: CPU %u does not start (PSCI 0x%lx): no display, "
            "no telemetry\n", HIDDEN_CPU, rc);
        return;
    }

    while ( telemetry->ticks < FIRST_FRAMES &&
            time_now() - begin < FIRST_FRAMES_SECS * time_frequency() )
        ;
    if ( telemetry->state )
        say("FW: display: %u frames, state %u, error %u\n", telemetry->frames,
            telemetry->state, telemetry->last_error);
}

static void clear_telemetry(void)
{
    for ( uint64_t off = 0; off < sizeof(*telemetry); off += 4 )
        write32(TELEMETRY_ADDR + off, 0);
    telemetry->frequency = time_frequency();
    telemetry->magic = TELEMETRY_MAGIC;
}

void firmware_main(void)
{
    if ( config->magic != CONFIG_MAGIC )
    {
        say("FW: no config at 0x%lx: nothing started, Xen not entered\n",
            CONFIG_ADDR);
        return;
    }

    clear_telemetry();
    start_masters();
    start_hidden_cpu();
    if ( config->flags & CONFIG_SMMU_ON )
        smmu_enable_bypass();

    say("FW: entering Xen\n");
    enter_xen(LOAD_XEN, LOAD_DTB);
}
