/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer (libFuzzer) of all that looks into a device tree: Xen's unflattening,
 * dt.c and policy.c as the hypervisor runs them, lint, both reports, the plan,
 * and annotate for the last device that has `iommus'.
 *
 * Bytes alone seldom stay a device tree, so that most mutations change the
 * value of one property, or copy one from another node.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

#define ROOM     4096
#define PATH_LEN 512

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* The fuzzer's own words go to standard error. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;

    return freopen("/dev/null", "w", stdout) ? 0 : 1;
}

static void run_lint(const void *fdt)
{
    struct options o = { .file = "fuzz", .ipa_bits = 40 };
    struct findings f = {};
    bool booted = xen_load(fdt, &o, &f);

    if ( booted )
        lint(&f);
    report(&o, &f);
    o.json = true;
    report(&o, &f);
    xen_forget();
    findings_free(&f);
}

/* The path of the last node with `iommus'. */
static void last_device(const void *fdt, char *path, int size)
{
    int node, depth = 0;

    strcpy(path, "/");
    for ( node = 0; node >= 0 && depth >= 0;
          node = fdt_next_node(fdt, node, &depth) )
        if ( fdt_getprop(fdt, node, "iommus", NULL) )
            fdt_get_path(fdt, node, path, size);
}

static void run_plan(const void *fdt, const char *device, bool picture)
{
    char guest[PATH_LEN + 64];
    const struct options o = {
        .file = "fuzz",
        .ipa_bits = 40,
        .guest = guest,
        .svg = picture,
    };
    struct findings f = {};
    bool refused = false;

    snprintf(guest, sizeof(guest), "memory=64,dtdev=%s,rdm_policy=relaxed",
             device);
    if ( xen_load(fdt, &o, &f) )
        plan(&o, &refused);
    xen_forget();
    findings_free(&f);
}

static void run_annotate(const void *fdt, const char *device, unsigned int form)
{
    const struct options o = {
        .file = "fuzz",
        .ipa_bits = 40,
        .form = form,
        .master = device,
        .output = "/dev/null",
        .regions = { { 0x60000036, 0x1000 } },
        .nr_regions = 1,
    };

    annotate(fdt, &o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char device[PATH_LEN];
    const char *wrong;
    void *fdt = blob_check(data, size, &wrong);

    if ( !fdt )
        return 0;

    last_device(fdt, device, sizeof(device));
    run_lint(fdt);
    run_plan(fdt, device, size & 4);
    run_annotate(fdt, device, size % 4);
    free(fdt);

    return 0;
}

/* One of the properties of @fdt, as an offset. */
static int any_property(const void *fdt, int *at, unsigned int *seed)
{
    int node, prop, depth = 0, nr = 0, chosen = -1;

    for ( node = 0; node >= 0 && depth >= 0;
          node = fdt_next_node(fdt, node, &depth) )
        fdt_for_each_property_offset ( prop, fdt, node )
            if ( !(rand_r(seed) % ++nr) )
            {
                chosen = prop;
                *at = node;
            }

    return chosen;
}

/* The value of one property is another one, or that of a third. */
static bool mutate_property(void *fdt, unsigned int *seed)
{
    unsigned char value[ROOM / 2];
    int len, node = 0, other = 0, prop = any_property(fdt, &node, seed), from;
    const struct fdt_property *p;
    const char *name;
    char copy[64];

    if ( prop < 0 )
        return false;

    p = fdt_get_property_by_offset(fdt, prop, &len);
    if ( !p || len < 0 || len > (int)sizeof(value) )
        return false;
    name = fdt_string(fdt, fdt32_ld(&p->nameoff));
    if ( !name || strlen(name) >= sizeof(copy) )
        return false;
    strcpy(copy, name);
    memcpy(value, p->data, len);

    from = rand_r(seed) % 4 ? -1 : any_property(fdt, &other, seed);
    if ( from >= 0 )
    {
        p = fdt_get_property_by_offset(fdt, from, &len);
        if ( !p || len < 0 || len > (int)sizeof(value) )
            return false;
        memcpy(value, p->data, len);
    }
    else
        len = LLVMFuzzerMutate(value, len, len + 16 < (int)sizeof(value) ?
                               len + 16 : sizeof(value));

    return !fdt_setprop(fdt, node, copy, value, len);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed)
{
    const char *wrong;
    void *fdt, *open;
    size_t total = 0;

    if ( !(seed % 8) || !(fdt = blob_check(data, size, &wrong)) )
        return LLVMFuzzerMutate(data, size, max);

    total = fdt_totalsize(fdt) + ROOM;
    open = calloc(1, total);
    if ( !open || fdt_open_into(fdt, open, total) ||
         !mutate_property(open, &seed) || fdt_pack(open) ||
         fdt_totalsize(open) > max )
        total = 0;
    else
    {
        total = fdt_totalsize(open);
        memcpy(data, open, total);
    }
    free(open);
    free(fdt);

    return total ? total : LLVMFuzzerMutate(data, size, max);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
