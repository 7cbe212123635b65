/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Regions for a tree that has none. What has to change is worked out once, as a
 * list of edits, and written in one of four ways: a new tree, an overlay,
 * commands for U-Boot, or `rmr=` for Xen's command line. Whichever it is, Xen's
 * own code has to keep the region afterwards, or nothing is written.
 */
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

#define MAX_EDITS   64
#define MAX_PATH    1024
#define MAX_VALUE   4096
#define MAX_REFS    (MAX_VALUE / 4)
#define MAX_CELLS   4
#define PAGE        UINT64_C(4096)
/* More than all edits need. */
#define ROOM        (MAX_EDITS * (MAX_VALUE + MAX_PATH))

#define RESERVED "/reserved-memory"

/* A property that is set, or, without a name, a node that is there after it. */
struct edit {
    char path[MAX_PATH];
    const char *name;
    unsigned char value[MAX_VALUE];
    unsigned int len;
    /* Offsets of phandles that an edit gives to a node. */
    unsigned int refs[MAX_REFS], nr_refs;
};

struct edits {
    const void *fdt;
    struct edit list[MAX_EDITS];
    unsigned int nr;
    uint32_t next_phandle;
    bool failed;
};

static void fail(struct edits *e, const char *what, const char *why)
{
    if ( !e->failed )
    {
        fputs("xen-rmr: ", stderr);
        put_text(stderr, what);
        fprintf(stderr, ": %s\n", why);
    }
    e->failed = true;
}

/* --- The tree as it is after the edits so far -------------------------------- */

static struct edit *find_edit(struct edits *e, const char *path,
                              const char *name)
{
    unsigned int i;

    for ( i = 0; i < e->nr; i++ )
        if ( !strcmp(e->list[i].path, path) &&
             (name ? e->list[i].name && !strcmp(e->list[i].name, name)
                   : !e->list[i].name) )
            return &e->list[i];

    return NULL;
}

static const void *get(struct edits *e, const char *path, const char *name,
                       unsigned int *len)
{
    const struct edit *edit = find_edit(e, path, name);
    int node, n;
    const void *p;

    if ( edit )
    {
        *len = edit->len;
        return edit->value;
    }

    node = fdt_path_offset(e->fdt, path);
    p = node < 0 ? NULL : fdt_getprop(e->fdt, node, name, &n);
    *len = p ? n : 0;

    return p;
}

static bool exists(struct edits *e, const char *path)
{
    return find_edit(e, path, NULL) || fdt_path_offset(e->fdt, path) >= 0;
}

/* A cell, or @otherwise if there is none. */
static uint32_t get_cell(struct edits *e, const char *path, const char *name,
                         uint32_t otherwise)
{
    unsigned int len;
    const fdt32_t *p = get(e, path, name, &len);

    return len == sizeof(*p) ? fdt32_ld(p) : otherwise;
}

/* --- Edits --------------------------------------------------------------------- */

static struct edit *new_edit(struct edits *e, const char *path,
                             const char *name)
{
    static struct edit none;
    struct edit *edit = find_edit(e, path, name);

    if ( edit )
        return edit;
    if ( e->nr == MAX_EDITS )
    {
        fail(e, path, "too many changes at once");
        return &none;
    }

    edit = &e->list[e->nr++];
    snprintf(edit->path, sizeof(edit->path), "%s", path);
    edit->name = name;

    return edit;
}

/* A property that grows: what it has is there to begin with. */
static struct edit *extend(struct edits *e, const char *path, const char *name)
{
    unsigned int len;
    const void *p = get(e, path, name, &len);
    struct edit *edit = new_edit(e, path, name);

    if ( p == edit->value )
        return edit;
    if ( len > MAX_VALUE / 2 )
    {
        fail(e, path, "a property is too long to be added to");
        return edit;
    }
    if ( len )
        memcpy(edit->value, p, len);
    edit->len = len;

    return edit;
}

static void add_cells(struct edit *edit, uint64_t value, unsigned int cells)
{
    for ( ; cells && edit->len + 4 <= MAX_VALUE; cells-- )
    {
        fdt32_st(edit->value + edit->len,
                 cells > 2 ? 0 : (uint32_t)(value >> (32 * (cells - 1))));
        edit->len += 4;
    }
}

static void set_cell(struct edits *e, const char *path, const char *name,
                     uint32_t value)
{
    struct edit *edit = new_edit(e, path, name);

    edit->len = 0;
    add_cells(edit, value, 1);
}

static bool fits(uint64_t value, unsigned int cells)
{
    return cells > 1 || value <= UINT32_MAX;
}

/* The phandle of a node, which gets one if it has none. */
static uint32_t phandle_of(struct edits *e, const char *path)
{
    uint32_t phandle = get_cell(e, path, "phandle", 0) ?:
                       get_cell(e, path, "linux,phandle", 0);

    if ( !phandle )
    {
        phandle = e->next_phandle++;
        set_cell(e, path, "phandle", phandle);
    }

    return phandle;
}

static void add_ref(struct edits *e, struct edit *edit, const char *path)
{
    uint32_t phandle = phandle_of(e, path);

    if ( find_edit(e, path, "phandle") )
        edit->refs[edit->nr_refs++] = edit->len;
    add_cells(edit, phandle, 1);
}

/* --- Cells ------------------------------------------------------------------------ */

/* As Xen: of the nearest node above @path that says so. */
static unsigned int cells_at(struct edits *e, const char *path,
                             const char *name, unsigned int otherwise)
{
    char parent[MAX_PATH];
    char *slash;

    snprintf(parent, sizeof(parent), "%s", path);
    while ( (slash = strrchr(parent, '/')) != NULL && parent[1] )
    {
        unsigned int len;
        const fdt32_t *p;

        slash[slash == parent] = '\0';
        p = get(e, parent, name, &len);
        if ( len == sizeof(*p) )
            return fdt32_ld(p);
    }

    return otherwise;
}

/* Of an address and a size in properties of @path. */
static bool bus_cells(struct edits *e, const char *path, unsigned int *na,
                      unsigned int *ns)
{
    *na = cells_at(e, path, "#address-cells", 2);
    *ns = cells_at(e, path, "#size-cells", 1);
    if ( *na >= 1 && *na <= MAX_CELLS && *ns >= 1 && *ns <= MAX_CELLS )
        return true;

    fail(e, path, "the cells of its bus are not 1 to 4");

    return false;
}

static uint64_t cells_value(const unsigned char *p, unsigned int cells)
{
    uint64_t value = 0;

    for ( ; cells; cells--, p += 4 )
        value = value << 32 | fdt32_ld((const fdt32_t *)p);

    return value;
}

/* --- What has to be there ----------------------------------------------------------- */

static void need_reserved_memory(struct edits *e)
{
    unsigned int len;

    if ( !exists(e, RESERVED) )
    {
        new_edit(e, RESERVED, NULL);
        set_cell(e, RESERVED, "#address-cells",
                 get_cell(e, "/", "#address-cells", 2));
        set_cell(e, RESERVED, "#size-cells",
                 get_cell(e, "/", "#size-cells", 1));
    }
    if ( !get(e, RESERVED, "ranges", &len) )
        new_edit(e, RESERVED, "ranges");
}

/* The first range of `reg' of reservation @path. */
static bool reg_of(struct edits *e, const char *path, uint64_t *start,
                   uint64_t *size)
{
    unsigned int na, ns, len;
    const unsigned char *p = get(e, path, "reg", &len);

    if ( !p || !bus_cells(e, path, &na, &ns) || len < 4 * (na + ns) )
        return false;

    *start = cells_value(p, na);
    *size = cells_value(p + 4 * na, ns);

    return true;
}

/*
 * Is all of [@start, @last] in reservation @path? That it has a part of it is a
 * mistake, unless it is said to be no one's.
 */
static bool holds(struct edits *e, const char *path, uint64_t start,
                  uint64_t last)
{
    uint64_t has_start, has_size;

    if ( !reg_of(e, path, &has_start, &has_size) || !has_size ||
         has_start > last || has_start + has_size - 1 < start )
        return false;

    if ( has_start <= start && has_start + has_size - 1 >= last )
        return true;

    fail(e, path, "overlaps the region and does not hold all of it");

    return false;
}

/* The reservation that has the pages of a region; it is made if there is none. */
static bool need_region(struct edits *e, uint64_t base, uint64_t size,
                        char *path, size_t room)
{
    const uint64_t start = base & ~(PAGE - 1);
    const uint64_t last = (base + size - 1) | (PAGE - 1);
    const int reserved = fdt_path_offset(e->fdt, RESERVED);
    struct edit *reg;
    unsigned int na, ns, i;
    int node;

    if ( reserved >= 0 )
        fdt_for_each_subnode ( node, e->fdt, reserved )
        {
            snprintf(path, room, "%s/%s", RESERVED,
                     fdt_get_name(e->fdt, node, NULL));
            if ( holds(e, path, start, last) )
                return true;
        }
    for ( i = 0; i < e->nr; i++ )
        if ( e->list[i].name && !strcmp(e->list[i].name, "reg") )
        {
            snprintf(path, room, "%s", e->list[i].path);
            if ( holds(e, path, start, last) )
                return true;
        }
    if ( e->failed )
        return false;

    need_reserved_memory(e);
    snprintf(path, room, "%s/rmr@%"PRIx64, RESERVED, start);
    if ( !bus_cells(e, path, &na, &ns) )
        return false;
    if ( exists(e, path) )
        fail(e, path, "is there, and has other memory");
    if ( !fits(last, na) || !fits(last - start + 1, ns) )
        fail(e, RESERVED, "has too few cells for the region");

    new_edit(e, path, NULL);
    reg = new_edit(e, path, "reg");
    add_cells(reg, start, na);
    add_cells(reg, last - start + 1, ns);

    return !e->failed;
}

/* Is there a tuple for just that? With the cells of the master's bus alone. */
static bool has_tuple(struct edits *e, const char *path, uint32_t phandle,
                      const unsigned char *tuple, unsigned int size)
{
    unsigned int len, at;
    const unsigned char *p = get(e, path, "iommu-addresses", &len);

    for ( at = 0; phandle && at + size <= len; at += 4 )
        if ( !memcmp(p + at, tuple, size) )
            return true;

    return false;
}

static void need_tuple(struct edits *e, const char *region, const char *master,
                       uint64_t base, uint64_t size)
{
    const uint32_t phandle = phandle_of(e, master);
    struct edit tuple = {};
    struct edit *edit;
    unsigned int na, ns;

    if ( !bus_cells(e, master, &na, &ns) )
        return;
    if ( !fits(base, na) || !fits(size, ns) )
    {
        fail(e, master, "the cells of its bus are too few for the region: use --cmdline");
        return;
    }

    add_cells(&tuple, phandle, 1);
    add_cells(&tuple, base, na);
    add_cells(&tuple, size, ns);
    if ( has_tuple(e, region, phandle, tuple.value, tuple.len) )
        return;

    edit = extend(e, region, "iommu-addresses");
    add_ref(e, edit, master);
    add_cells(edit, base, na);
    add_cells(edit, size, ns);
}

static void need_memory_region(struct edits *e, const char *master,
                               const char *region)
{
    const uint32_t phandle = phandle_of(e, region);
    unsigned int len, at;
    const unsigned char *p = get(e, master, "memory-region", &len);

    for ( at = 0; at + 4 <= len; at += 4 )
        if ( fdt32_ld((const fdt32_t *)(p + at)) == phandle )
            return;

    add_ref(e, extend(e, master, "memory-region"), region);
}

static void need(struct edits *e, const struct options *o, const char *master,
                 const struct asked_region *r)
{
    char region[MAX_PATH];
    unsigned int len;

    if ( !need_region(e, r->base, r->size, region, sizeof(region)) )
        return;

    if ( o->no_map && !get(e, region, "no-map", &len) )
        new_edit(e, region, "no-map");
    need_tuple(e, region, master, r->base, r->size);
    need_memory_region(e, master, region);
}

/* --- As a tree ------------------------------------------------------------------------ */

/* @path below node @node of @fdt, whose own path is skipped in it; made if need be. */
static int make_node(void *fdt, int node, const char *path)
{
    while ( node >= 0 && *path )
    {
        size_t len = strcspn(path, "/");
        int child = len ? fdt_subnode_offset_namelen(fdt, node, path, len)
                        : node;

        node = child == -FDT_ERR_NOTFOUND
               ? fdt_add_subnode_namelen(fdt, node, path, len) : child;
        path += len + (path[len] == '/');
    }

    return node;
}

static int put_edit(void *fdt, int base, const char *path,
                    const struct edit *edit)
{
    int node = make_node(fdt, base, path);

    if ( node < 0 || !edit->name )
        return node < 0 ? node : 0;

    return fdt_setprop(fdt, node, edit->name, edit->value, edit->len);
}

/* @fdt, packed; or, for an error of libfdt's, what could not be made. */
static void *packed(struct edits *e, void *fdt, int rc, const char *what)
{
    if ( !rc )
        rc = fdt_pack(fdt);
    if ( !rc )
        return fdt;

    fail(e, what, fdt_strerror(rc));
    free(fdt);

    return NULL;
}

/* The tree with all edits. For free(). */
static void *as_tree(struct edits *e)
{
    const size_t size = fdt_totalsize(e->fdt) + ROOM;
    void *fdt = calloc(1, size);
    int rc = fdt ? fdt_open_into(e->fdt, fdt, size) : -FDT_ERR_NOSPACE;
    unsigned int i;

    for ( i = 0; i < e->nr && !rc; i++ )
        rc = put_edit(fdt, 0, e->list[i].path, &e->list[i]);

    return packed(e, fdt, rc, "the tree");
}

/* --- As an overlay ---------------------------------------------------------------------- */

/* Where the part of @path begins that the tree does not have. */
static size_t known_part(const struct edits *e, const char *path)
{
    size_t len = strlen(path);

    while ( len > 1 && fdt_path_offset_namelen(e->fdt, path, len) < 0 )
        while ( len > 1 && path[--len] != '/' )
            ;

    return len;
}

/* The fragment for the node that the first @len bytes of @path name. */
static int fragment(void *fdt, const char *path, size_t len, char *name,
                    size_t room)
{
    char target[MAX_PATH];
    unsigned int i;
    int node, rc;

    snprintf(target, sizeof(target), "%.*s", (int)len, path);
    for ( i = 0; ; i++ )
    {
        const char *has;

        snprintf(name, room, "fragment@%u", i);
        node = fdt_subnode_offset(fdt, 0, name);
        if ( node < 0 )
            break;
        has = fdt_getprop(fdt, node, "target-path", NULL);
        if ( has && !strcmp(has, target) )
            return fdt_subnode_offset(fdt, node, "__overlay__");
    }

    node = fdt_add_subnode(fdt, 0, name);
    rc = node < 0 ? node : fdt_setprop_string(fdt, node, "target-path", target);

    return rc ? rc : fdt_add_subnode(fdt, node, "__overlay__");
}

/* Offsets of phandles that move when the overlay is applied. */
static int put_fixups(void *fdt, const char *where, const struct edit *edit)
{
    fdt32_t offsets[MAX_REFS];
    char path[3 * MAX_PATH];
    unsigned int i;
    int node;

    if ( !edit->nr_refs )
        return 0;

    for ( i = 0; i < edit->nr_refs; i++ )
        offsets[i] = cpu_to_fdt32(edit->refs[i]);
    snprintf(path, sizeof(path), "__local_fixups__/%s", where);
    node = make_node(fdt, 0, path);

    return node < 0 ? node : fdt_setprop(fdt, node, edit->name, offsets,
                                         4 * edit->nr_refs);
}

static int put_overlay_edit(const struct edits *e, void *fdt,
                            const struct edit *edit)
{
    const size_t len = known_part(e, edit->path);
    const char *rest = edit->path + len;
    char name[32], where[2 * MAX_PATH];
    int node = fragment(fdt, edit->path, len, name, sizeof(name));
    int rc = node < 0 ? node : put_edit(fdt, node, rest, edit);

    snprintf(where, sizeof(where), "%s/__overlay__/%s", name, rest);

    return rc ? rc : put_fixups(fdt, where, edit);
}

static void *as_overlay(struct edits *e)
{
    void *fdt = calloc(1, ROOM);
    int rc = fdt ? fdt_create_empty_tree(fdt, ROOM) : -FDT_ERR_NOSPACE;
    unsigned int i;

    for ( i = 0; i < e->nr && !rc; i++ )
        rc = put_overlay_edit(e, fdt, &e->list[i]);

    return packed(e, fdt, rc, "the overlay");
}

/* The tree after @overlay, which has to stay as it is. For free(). */
static void *with_overlay(struct edits *e, const void *overlay)
{
    const size_t size = fdt_totalsize(e->fdt) + ROOM;
    void *fdt = calloc(1, size), *copy = calloc(1, ROOM);
    int rc = fdt && copy ? fdt_open_into(e->fdt, fdt, size) : -FDT_ERR_NOSPACE;

    if ( !rc )
        rc = fdt_open_into(overlay, copy, ROOM);
    if ( !rc )
        rc = fdt_overlay_apply(fdt, copy);
    free(copy);

    return packed(e, fdt, rc, "the overlay, on the tree");
}

/* --- As commands and options ---------------------------------------------------------------- */

/* What a shell, or a command line, would not read as a name. */
static bool is_plain_path(const char *path)
{
    return !path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789/,._+-@")];
}

static void put_uboot(const struct edit *edit, FILE *to)
{
    unsigned int i;
    const char *slash = strrchr(edit->path, '/');

    if ( !edit->name )
    {
        fprintf(to, "fdt mknode %.*s %s\n",
                slash == edit->path ? 1 : (int)(slash - edit->path), edit->path,
                slash + 1);
        return;
    }

    fprintf(to, "fdt set %s %s%s", edit->path, edit->name[0] == '#' ? "\\" : "",
            edit->name);
    for ( i = 0; i < edit->len; i += 4 )
        fprintf(to, "%s%#x", i ? " " : " <",
                fdt32_ld((const fdt32_t *)(edit->value + i)));
    fprintf(to, "%s\n", edit->len ? ">" : "");
}

/* To the tree that `fdt addr' has chosen. */
static void as_uboot(struct edits *e, FILE *to)
{
    unsigned int i;

    for ( i = 0; i < e->nr; i++ )
        if ( !is_plain_path(e->list[i].path) )
            fail(e, e->list[i].path, "U-Boot would not read this as a path");
    if ( e->failed || !e->nr )
        return;

    fprintf(to, "fdt resize 0x1000\n");
    for ( i = 0; i < e->nr; i++ )
        put_uboot(&e->list[i], to);
}

/* A path, or, if that is shorter, one of its aliases. */
static const char *short_name(const void *fdt, const char *path)
{
    const int aliases = fdt_path_offset(fdt, "/aliases");
    const char *best = path;
    int prop;

    if ( aliases >= 0 )
        fdt_for_each_property_offset ( prop, fdt, aliases )
        {
            const char *name;
            int len;
            const char *value = fdt_getprop_by_offset(fdt, prop, &name, &len);

            if ( value && len == (int)strlen(path) + 1 &&
                 !memcmp(value, path, len) && strlen(name) < strlen(best) )
                best = name;
        }

    return best;
}

/* --- All of it ---------------------------------------------------------------------------------- */

/* Does Xen keep what was asked for, with @fdt and the options of @o? */
static bool is_kept(const void *fdt, const struct options *o,
                    const char *master)
{
    struct findings f = {};
    bool kept = xen_load(fdt, o, &f);
    unsigned int i;

    for ( i = 0; i < o->nr_regions && kept; i++ )
        kept = xen_keeps(master, o->regions[i].base, o->regions[i].size);
    if ( !kept )
    {
        fputs("xen-rmr: Xen would not keep that region:\n", stderr);
        report_text(stderr, o, &f);
    }

    xen_forget();
    findings_free(&f);

    return kept;
}

static int write_cmdline(const void *fdt, const struct options *o,
                         const char *master)
{
    struct options with = *o;
    char items[MAX_REGIONS_ASKED][MAX_PATH + 64];
    unsigned int i;

    for ( i = 0; i < o->nr_regions; i++ )
    {
        if ( !is_plain_path(master) || with.nr_items == MAX_ITEMS_ASKED )
        {
            fputs("xen-rmr: this cannot be said on a command line\n", stderr);
            return STATUS_ERRORS;
        }
        snprintf(items[i], sizeof(items[i]), "%s:%#"PRIx64"+%#"PRIx64,
                 short_name(fdt, master), o->regions[i].base,
                 o->regions[i].size);
        with.items[with.nr_items++] = items[i];
    }
    if ( !is_kept(fdt, &with, master) )
        return STATUS_ERRORS;

    for ( i = 0; i < o->nr_regions; i++ )
        printf("%srmr=%s", i ? " " : "", items[i]);
    putchar('\n');

    return STATUS_CLEAN;
}

static int write_edits(struct edits *e, const struct options *o,
                       const char *master)
{
    void *overlay = o->form == FORM_OVERLAY ? as_overlay(e) : NULL;
    void *fdt = e->failed ? NULL : overlay ? with_overlay(e, overlay)
                                           : as_tree(e);
    bool done = fdt && is_kept(fdt, o, master);

    if ( done && o->form == FORM_UBOOT )
    {
        as_uboot(e, stdout);
        done = !e->failed;
    }
    else if ( done )
        done = blob_write(o->output, overlay ?: fdt);

    free(fdt);
    free(overlay);

    return done ? STATUS_CLEAN : STATUS_ERRORS;
}

int annotate(const void *fdt, const struct options *o)
{
    const int node = fdt_path_offset(fdt, o->master);
    struct edits *e = calloc(1, sizeof(*e));
    char master[MAX_PATH];
    unsigned int i;
    int status;

    if ( !e )
        abort();
    e->fdt = fdt;
    if ( node < 0 || fdt_get_path(fdt, node, master, sizeof(master)) ||
         fdt_generate_phandle(fdt, &e->next_phandle) )
        fail(e, o->master, "no such node in the tree");
    else if ( o->form == FORM_CMDLINE )
    {
        free(e);
        return write_cmdline(fdt, o, master);
    }

    for ( i = 0; i < o->nr_regions && !e->failed; i++ )
        need(e, o, master, &o->regions[i]);
    status = e->failed ? STATUS_ERRORS : write_edits(e, o, master);
    free(e);

    return status;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
