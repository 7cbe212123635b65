/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that owns a device with a region and tries each call by which a guest
 * changes its own p2m on that region (guarantee G5). Says what came of each
 * on Xen's console, one line a call, and in the end whether the region still
 * is what it was. No MMU, no libraries, no relocations: no table of pointers.
 *
 * HOSTILE: <call> <result>          of each call
 * HOSTILE: <n> of <m> refused, region <kept|lost>   then it powers off
 */
#include <stdbool.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040d00
#include <public/xen.h>
#include <public/memory.h>
#include <public/grant_table.h>
#include <public/sched.h>

/* The bench's display has its region here (bench/scenario.c). */
#define REGION 0x60000000UL
#define REGION_GFN (REGION >> 12)
/* Nothing is here in a guest of up to 2 GB. */
#define FREE_GFN (0x180000000UL >> 12)

long hypercall(unsigned long op, unsigned long a0, unsigned long a1,
               unsigned long a2);

static char line[128];
static unsigned int length, tried, refused;

static uint8_t victim[4096] __attribute__((aligned(4096)));
static uint8_t table[4096] __attribute__((aligned(4096)));

static void say(const char *s)
{
    while ( *s && length < sizeof(line) )
        line[length++] = *s++;
}

static void say_number(long n)
{
    unsigned long rest = n < 0 ? -n : n, digit = 1;

    if ( n < 0 )
        say("-");
    while ( rest / digit > 9 )
        digit *= 10;
    for ( ; digit; digit /= 10 )
    {
        char text[2] = { '0' + rest / digit % 10, 0 };

        say(text);
    }
}

static void flush_line(void)
{
    say("\n");
    hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length,
              (unsigned long)line);
    length = 0;
}

/* A call that must fail; one in brackets must work, or nothing is shown. */
static void must_fail(const char *what, bool failed, long rc)
{
    tried++;
    refused += failed;
    say("HOSTILE: ");
    say(what);
    say(" ");
    say_number(rc);
    if ( !failed )
        say(" NOT REFUSED");
    flush_line();
}

static void populate(const char *what, unsigned int order)
{
    xen_pfn_t gfn = REGION_GFN;
    struct xen_memory_reservation r = {
        .nr_extents = 1,
        .extent_order = order,
        .domid = DOMID_SELF,
    };
    long rc;

    set_xen_guest_handle(r.extent_start, &gfn);
    rc = hypercall(__HYPERVISOR_memory_op, XENMEM_populate_physmap,
                   (unsigned long)&r, 0);
    /* The result is the number of extents that were done. */
    must_fail(what, rc != 1, rc);
}

static void decrease(void)
{
    xen_pfn_t gfn = REGION_GFN;
    struct xen_memory_reservation r = {
        .nr_extents = 1,
        .domid = DOMID_SELF,
    };
    long rc;

    set_xen_guest_handle(r.extent_start, &gfn);
    rc = hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation,
                   (unsigned long)&r, 0);
    must_fail("decrease_reservation", rc != 1, rc);
}

static long add_to(unsigned int space, unsigned long index, unsigned long gfn)
{
    struct xen_add_to_physmap a = {
        .domid = DOMID_SELF,
        .space = space,
        .idx = index,
        .gpfn = gfn,
    };

    return hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap,
                     (unsigned long)&a, 0);
}

static void add(const char *what, unsigned int space, unsigned long index)
{
    long rc = add_to(space, index, REGION_GFN + 1);

    must_fail(what, rc < 0, rc);
}

static void add_foreign(void)
{
    xen_ulong_t index = 0x40000000UL >> 12;
    xen_pfn_t gfn = REGION_GFN + 2;
    int error = 0;
    struct xen_add_to_physmap_batch a = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_gmfn_foreign,
        .size = 1,
        .u.foreign_domid = 0,
    };
    long rc;

    set_xen_guest_handle(a.idxs, &index);
    set_xen_guest_handle(a.gpfns, &gfn);
    set_xen_guest_handle(a.errs, &error);
    rc = hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap_batch,
                   (unsigned long)&a, 0);
    must_fail("add_to_physmap foreign", rc < 0 || error, rc ? rc : error);
}

static void remove_page(void)
{
    struct xen_remove_from_physmap r = {
        .domid = DOMID_SELF,
        .gpfn = REGION_GFN + 3,
    };
    long rc = hypercall(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap,
                        (unsigned long)&r, 0);

    must_fail("remove_from_physmap", rc < 0, rc);
}

/* Maps reference 8 at @where. 0, or what Xen says. */
static long map_grant(unsigned long where, unsigned int id)
{
    struct gnttab_map_grant_ref map = {
        .host_addr = where,
        .flags = GNTMAP_host_map,
        .ref = 8,
        .dom = id,
    };
    long rc = hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref,
                        (unsigned long)&map, 1);

    return rc ? rc : map.status;
}

/*
 * A page of its own, granted to itself, mapped over the region. A guest without
 * xenstore does not know its number: the one with which it works elsewhere.
 */
static void grant(void)
{
    volatile grant_entry_v1_t *entries = (void *)table;
    unsigned int id;
    long rc;

    /* The first grant frame goes over a page of this image's RAM. */
    rc = add_to(XENMAPSPACE_grant_table, 0, (unsigned long)table >> 12);
    entries[8].frame = (unsigned long)victim >> 12;
    for ( id = 1; !rc && id < 128; id++ )
    {
        entries[8].flags = 0;
        entries[8].domid = id;
        entries[8].flags = GTF_permit_access;
        if ( !map_grant((FREE_GFN + 1) << 12, id) )
            break;
    }

    must_fail("(map_grant_ref elsewhere works)", !rc && id < 128, rc);
    rc = map_grant(REGION + 0x4000, id);
    must_fail("map_grant_ref", rc, rc);
}

/* The calls themselves work, where there is no region. */
static bool calls_work(void)
{
    return !add_to(XENMAPSPACE_shared_info, 0, FREE_GFN);
}

#define WORDS 8

void hostile(void)
{
    volatile uint32_t *region = (void *)REGION;
    unsigned int i;
    struct sched_shutdown end = { .reason = SHUTDOWN_poweroff };
    bool kept = true;

    for ( i = 0; i < WORDS; i++ )
        region[i * 1024] = 0x600d0000 + i;

    must_fail("(shared_info elsewhere works)", calls_work(), 0);
    populate("populate_physmap", 0);
    populate("populate_physmap of 2M", 9);
    decrease();
    add("add_to_physmap shared_info", XENMAPSPACE_shared_info, 0);
    add("add_to_physmap grant_table", XENMAPSPACE_grant_table, 0);
    add("add_to_physmap dev_mmio", XENMAPSPACE_dev_mmio, REGION_GFN);
    add_foreign();
    remove_page();
    grant();

    for ( i = 0; i < WORDS; i++ )
        kept &= region[i * 1024] == 0x600d0000 + i;

    say("HOSTILE: ");
    say_number(refused);
    say(" of ");
    say_number(tried);
    say(" refused, region ");
    say(kept ? "kept" : "lost");
    flush_line();

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (unsigned long)&end, 0);
}
