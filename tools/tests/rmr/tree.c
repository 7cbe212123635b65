/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees for the tests: a blob that dtc made (or a test), taken through Xen's
 * own boot_fdt_info() and unflattening, so that banks, modules, cells and
 * aliases are what Xen would see. unload() checks that nothing leaked.
 */
#include "rmr-test.h"

#define IPA_BITS 40

struct list_head found = LIST_HEAD_INIT(found);

static void *blob;
static unsigned long live_before;

static void *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    void *p = NULL;
    long size;

    if ( !f )
        fail_msg("%s: %s", path, strerror(errno));
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    /* No slack behind the blob: a read beyond it is a finding. */
    if ( posix_memalign(&p, 8, size) || fread(p, 1, size, f) != (size_t)size )
        abort();
    fclose(f);

    return p;
}

/* Up to and including Xen's first look at the tree: `rmr=` comes after that. */
void load_blob(void *fdt)
{
    static const struct bootinfo empty = BOOTINFO_INIT;

    blob = fdt;
    bootinfo = empty;
    console_clear();
    shim_forget_cmdline();
    device_tree_flattened = blob;

    add_boot_module(BOOTMOD_XEN, 0x44000000, 0x200000, false);
    boot_fdt_info(blob, 0x42000000);
    console_clear();
    live_before = live_allocations();
}

void load_tree(const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s.dtb", RMR_TEST_DTBS, name);
    load_blob(read_file(path));
}

/* The rest of what Xen does with a tree before it looks for masters. */
void unflatten_tree(void)
{
    struct dt_device_node *np;

    if ( dt_host )
        return;

    dt_unflatten_host_device_tree();
    dt_for_each_device_node ( dt_host, np )
        if ( dt_find_property(np, "test,xen-uses", NULL) )
            dt_device_set_used_by(np, DOMID_XEN);
}

void unload(void)
{
    struct rmr_master *m, *tmp;

    fail_allocation(0);
    list_for_each_entry_safe ( m, tmp, &found, list )
        rmr_master_free(m);

    if ( dt_host )
        shim_forget_tree();
    free(blob);
    blob = NULL;
    assert_int_equal(live_allocations(), live_before);
}

int teardown(void **state)
{
    if ( blob )
        unload();

    return 0;
}

void cmdline(const char *item, int rc)
{
    assert_int_equal(shim_rmr_param(item), rc);
}

int scan_and_check(unsigned int ipa_bits)
{
    int rc;

    unflatten_tree();
    rc = rmr_dt_scan(&found);
    if ( !rc && !list_empty(&found) )
        rc = rmr_dt_check(&found, ipa_bits ?: IPA_BITS);

    return rc;
}

struct rmr_master *master(const char *path)
{
    struct rmr_master *m;

    list_for_each_entry ( m, &found, list )
        if ( !strcmp(m->np->full_name, path) )
            return m;

    return NULL;
}

unsigned int nr_masters(void)
{
    struct rmr_master *m;
    unsigned int nr = 0;

    list_for_each_entry ( m, &found, list )
        nr++;

    return nr;
}

void region_is(const struct rmr_master *m, unsigned int i, paddr_t iova,
               paddr_t pa, paddr_t size)
{
    assert_non_null(m);
    assert_true(i < m->nr_regions);
    assert_int_equal(m->regions[i].iova, iova);
    assert_int_equal(m->regions[i].pa, pa);
    assert_int_equal(m->regions[i].size, size);
}

void streams_are(const struct rmr_master *m, unsigned int nr, ...)
{
    unsigned int i;
    va_list ap;

    assert_non_null(m);
    assert_int_equal(m->nr_sids, nr);
    va_start(ap, nr);
    for ( i = 0; i < nr; i++ )
    {
        assert_int_equal(m->sids[i].id, va_arg(ap, unsigned int));
        assert_int_equal(m->sids[i].mask, va_arg(ap, unsigned int));
    }
    va_end(ap);
}
