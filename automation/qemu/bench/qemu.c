/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's command line for a scenario, and the config that the firmware finds
 * in memory. QEMU runs in the run's folder, so its outputs have plain names;
 * devices that the scenario does not use are not there at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "util.h"

#define MAX_ARGS 128

static char *args[MAX_ARGS];
static unsigned int nr_args;

static void add(const char *arg)
{
    if ( nr_args == MAX_ARGS - 1 )
        die("too many arguments for QEMU");
    args[nr_args++] = format("%s", arg);
}

static void add2(const char *option, const char *value)
{
    add(option);
    add(value);
}

/* An absolute path as a value of an option list: commas are doubled. */
static char *option_path(const char *path)
{
    char *full = realpath(path, NULL), *out, *o;

    if ( !full )
        die("cannot read %s: %s", path, strerror(errno));
    out = o = calloc(2, strlen(full) + 1);
    if ( !out )
        die("out of memory");
    for ( const char *p = full; *p; p++ )
    {
        *o++ = *p;
        if ( *p == ',' )
            *o++ = ',';
    }
    free(full);

    return out;
}

static void add_image(const char *path, uint64_t addr)
{
    add2("-device", format("loader,file=%s,addr=%#llx,force-raw=on",
                           option_path(path), (unsigned long long)addr));
}

static void add_machine(void)
{
    const char *stage = scenario_get("stage");
    const char *cpu = scenario_get("cpu");

    add(getenv("QEMU") ? getenv("QEMU") : "qemu-system-aarch64");
    add2("-machine", format("%s,virtualization=on,gic-version=3,iommu=smmuv3",
                            scenario_get("machine")));
    if ( *stage )
        add2("-global", format("arm-smmuv3.stage=%s", stage));
    /*
     * Of the newest CPU only what the bench needs, and what would make the
     * emulation slow switched off.
     */
    add2("-cpu", strcmp(cpu, "max") ? cpu : "max,pauth-impdef=on,sve=off,"
                                           "sme=off,lpa2=off");
    add2("-smp", "3");
    add2("-m", "2G");
    add2("-accel", "tcg,thread=multi");
    add2("-display", "none");
    add2("-nic", "none");
    add2("-monitor", "none");
    add2("-serial", "stdio");
    add("-no-shutdown");
    /* Stopped until the runner listens on all channels. */
    add("-S");
    add2("-chardev", "socket,id=qmp,fd=3");
    add2("-mon", "chardev=qmp,mode=control");
    add2("-chardev", "socket,id=qtest,fd=4");
    add2("-qtest", "chardev:qtest");
    add2("-qtest-log", "none");
}

static void add_trace(void)
{
    static const char *const events[] = {
        "smmuv3_translate*", "smmuv3_record_event", "smmuv3_write_mmio",
        "smmuv3_cmdq_opcode", "smmuv3_cmdq_cfgi*", "smmuv3_cmdq_tlbi*",
        "smmuv3_range_inval",
    };

    add2("-msg", "timestamp=on");
    add2("-D", "trace.log");
    /* Faults with their addresses, which the events do not have. */
    add2("-d", "guest_errors");
    for ( size_t i = 0; i < ARRAY_SIZE(events); i++ )
        add2("-trace", events[i]);
}

static void add_devices(const struct scenario *s)
{
    uint32_t devices = scenario_devices(s);

    if ( devices & (1U << MASTER_DISPLAY) )
        add2("-device", format("virtio-gpu-pci,addr=%d,iommu_platform=on,"
                               "disable-legacy=on,romfile=",
                               MASTER_SLOT(MASTER_DISPLAY)));
    if ( devices & (1U << MASTER_AUDIO) )
    {
        add2("-audiodev", "wav,id=audio,path=audio.wav,out.frequency=5512,"
                          "out.channels=1");
        add2("-device", format("ES1370,addr=%d,audiodev=audio",
                               MASTER_SLOT(MASTER_AUDIO)));
    }
    if ( devices & (1U << MASTER_EHCI) )
        add2("-device", format("usb-ehci,addr=%d", MASTER_SLOT(MASTER_EHCI)));
    if ( devices & (1U << MASTER_EDU) )
        add2("-device", format("edu,addr=%d,dma_mask=0xffffffffffffffff",
                               MASTER_SLOT(MASTER_EDU)));
    if ( devices & (1U << MASTER_STORAGE) )
    {
        add2("-device", format("ich9-ahci,id=storage,addr=%d",
                               MASTER_SLOT(MASTER_STORAGE)));
        add2("-drive", "if=none,id=disk,file=disk.img,format=raw");
        add2("-device", "ide-hd,bus=storage.0,drive=disk");
    }
}

char **qemu_command(const struct scenario *s, const struct inputs *in)
{
    add_machine();
    add_trace();
    add2("-kernel", realpath(in->stub, NULL) ?: in->stub);
    add_image(format("%s/config.bin", in->run_dir), CONFIG_ADDR);
    add_image(in->dtb, LOAD_DTB);
    add_image(in->xen, LOAD_XEN);
    if ( s->dom0 )
    {
        add_image(in->kernel, LOAD_KERNEL);
        if ( scenario_linux(s) )
            add_image(in->initrd, LOAD_INITRD);
    }
    if ( s->domu_memory )
    {
        add_image(in->domu_kernel, LOAD_DOMU_KERNEL);
        add_image(in->domu_initrd, LOAD_DOMU_INITRD);
        add_image(in->domu_tree, LOAD_DOMU_TREE);
        if ( in->domu2_tree )
            add_image(in->domu2_tree, LOAD_DOMU_TREE + DOMU_TREE_BYTES);
    }
    add_devices(s);

    return args;
}

void qemu_write_config(const struct scenario *s, const char *run_dir)
{
    struct bench_config config = {
        .magic = CONFIG_MAGIC,
        .flags = (s->smmu_on ? CONFIG_SMMU_ON : 0) |
                 (s->recover ? CONFIG_RECOVER : 0),
        .masters = s->masters,
        .fps = s->fps,
    };
    FILE *f = open_or_die(format("%s/config.bin", run_dir), "wb");

    memcpy(config.region, s->region, sizeof(config.region));
    if ( fwrite(&config, sizeof(config), 1, f) != 1 || fclose(f) )
        die("cannot write %s/config.bin", run_dir);
}
