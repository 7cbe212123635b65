/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine without RMR masters, from boot on: every register write and every
 * command is printed, to be compared with what stock Xen with the fixes does
 * (guarantee G8). Nothing is judged here. Called by main.c (-w).
 */
#include "../core/trace.h"
#include "ops.h"
#include "scenarios.h"

bool registers_running;

static void machine_without_regions(void)
{
    struct machine_smmu *s = add_smmu();
    struct master *m;

    s->running = registers_running;
    s->mask_bits = 7;
    add_master("/net", 0, 9);
    m = add_master("/disk", 0, 10);
    m->sids[m->nr_sids++] = 11;
    m = add_master("/usb", 0, 0x14);
    if ( variant->entries )
    {
        m->tree[0] = (struct tree_stream){ 0x14, 0x3 };
        m->nr_tree = 1;
    }
}

static void remap(struct dom *d)
{
    map(d, 0x70000000, 0x70000000, 0x1000, MAP_DEVICE);
    unmap(d, 0x70000000, 0x1000);
}

static void fault(const char *name)
{
    struct master *m = machine_master(name);
    struct model_smmu *s = machine.smmu[m->smmu];

    s->ops->event(s, m->sids[0], 0x1000);
}

void scenario_registers(void)
{
    struct dom *dom0, *dom1;

    machine_without_regions();
    oracle.off = true;
    mem_plain = true;
    trace_on = true;
    boot();

    dom0 = create_dom0();
    add_device("/net");
    add_device("/disk");
    add_device("/usb");
    assign(dom0, "/net");
    assign(dom0, "/disk");
    assign(dom0, "/usb");
    unpause(dom0);
    remap(dom0);

    deassign(dom0, "/disk");
    dom1 = create_dom(1);
    dom1->runs = true;
    assign(dom1, "/disk");
    remap(dom1);
    fault("/net");
    fault("/disk");
    destroy_dom(dom1);
    assign(dom0, "/disk");
    remap(dom0);
    deassign(dom0, "/net");
    deassign(dom0, "/usb");
    deassign(dom0, "/disk");
}
