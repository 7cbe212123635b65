/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees in and out. What comes in is checked before it is used. */
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

/* As much as Xen takes (MAX_FDT_SIZE). */
#define MAX_SIZE    (2UL << 20)
/* Behind the tree: strings, and arrays of cells, that have no end. */
#define SLACK       64
#define MAX_CELLS   16
/*
 * Xen keeps the path of every node, goes through the whole tree for each alias,
 * and through all ranges for each of them. No board comes near any of these.
 */
#define MAX_DEPTH   64
#define MAX_PATH    1024
#define MAX_ALIASES 1024
#define MAX_RANGES  (64 << 10)

/*
 * What Xen without our fixes reads and does not look where it ends: the strings of
 * a list; of cells it adds up two numbers and believes the sum.
 * NULL, or what is wrong with @node.
 */
static const char *check_ends(const void *fdt, int node)
{
    static const char *const cells[] = { "#address-cells", "#size-cells" };
    unsigned int i;
    const void *p;
    int len;

    p = fdt_getprop(fdt, node, "compatible", &len);
    if ( p && len && ((const char *)p)[len - 1] )
        return "`compatible' has no end";

    for ( i = 0; i < 2; i++ )
    {
        p = fdt_getprop(fdt, node, cells[i], &len);
        if ( p && (len < 4 || fdt32_ld(p) > MAX_CELLS) )
            return "its bus has addresses or sizes of more cells than Xen can count";
    }

    return NULL;
}

/*
 * What would take Xen, and us, forever; and what Xen is never given. NULL, or
 * what is wrong with @node.
 */
static const char *check_amounts(const void *fdt, int node, unsigned int depth,
                                 size_t *path_len)
{
    static const char *const ranges[] = { "reg", "ranges" };
    unsigned int i, nr = 0;
    int len, prop;
    const char *name = fdt_get_name(fdt, node, &len);

    if ( depth >= MAX_DEPTH )
        return "more than 64 nodes, one inside the other";

    path_len[depth] = (depth ? path_len[depth - 1] : 0) + 1 + len;
    if ( path_len[depth] > MAX_PATH )
        return "a path of more than 1024 characters";

    for ( i = 0; i < 2; i++ )
        if ( fdt_getprop(fdt, node, ranges[i], &len) && len > MAX_RANGES )
            return "more than 64 KB of ranges";

    if ( depth == 2 && !strcmp(name, "__overlay__") )
        return "it is an overlay: apply it to the tree that Xen gets, and take that";

    if ( depth == 1 && !strcmp(name, "aliases") )
        fdt_for_each_property_offset ( prop, fdt, node )
            if ( ++nr > MAX_ALIASES )
                return "more than 1024 aliases";

    return NULL;
}

/* NULL, or what is wrong with which node. */
static const char *check_nodes(const void *fdt)
{
    static char text[256];
    size_t path_len[MAX_DEPTH];
    const char *wrong = NULL;
    int node = 0, depth = 0, bad = 0;
    char path[128];

    for ( ; node >= 0 && depth >= 0 && !wrong;
          node = fdt_next_node(fdt, node, &depth) )
    {
        wrong = check_ends(fdt, node) ?:
                check_amounts(fdt, node, depth, path_len);
        bad = node;
    }
    if ( !wrong )
        return NULL;

    if ( fdt_get_path(fdt, bad, path, sizeof(path)) )
        strcpy(path, "a node");
    snprintf(text, sizeof(text), "%s: %s", path, wrong);

    return text;
}

void *blob_check(const void *data, size_t size, const char **wrong)
{
    size_t total;
    char *fdt;
    int rc;

    *wrong = NULL;
    if ( size > MAX_SIZE )
        *wrong = "more than the 2 MB that Xen takes";
    else if ( size < sizeof(struct fdt_header) )
        *wrong = fdt_strerror(-FDT_ERR_TRUNCATED);
    if ( *wrong )
        return NULL;

    /* Aligned, as libfdt wants it. */
    fdt = calloc(1, size + SLACK);
    if ( !fdt )
    {
        *wrong = strerror(ENOMEM);
        return NULL;
    }
    memcpy(fdt, data, size);

    rc = fdt_check_full(fdt, size);
    *wrong = rc ? fdt_strerror(rc) : check_nodes(fdt);
    if ( *wrong )
    {
        free(fdt);
        return NULL;
    }

    /* What is behind the tree is none of it. */
    total = fdt_totalsize(fdt);
    memset(fdt + total, 0, size + SLACK - total);

    return fdt;
}

/* All of @f, *@size bytes. NULL, with errno set, if that cannot be. */
static void *read_all(FILE *f, size_t *size)
{
    size_t room = 64 << 10, len = 0;
    char *data = malloc(room), *more;

    while ( data && (len += fread(data + len, 1, room - len, f)) == room )
    {
        room *= 2;
        more = room > 2 * MAX_SIZE ? NULL : realloc(data, room);
        if ( !more )
        {
            free(data);
            errno = EFBIG;
        }
        data = more;
    }

    if ( data && ferror(f) )
    {
        free(data);
        data = NULL;
    }
    *size = len;

    return data;
}

void *blob_read(const char *path)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    const char *wrong;
    void *data = NULL, *fdt;
    size_t size;

    if ( f )
        data = read_all(f, &size);
    if ( !data )
        fprintf(stderr, "xen-rmr: %s: %s\n", path, strerror(errno));
    if ( f && f != stdin )
        fclose(f);
    if ( !data )
        return NULL;

    fdt = blob_check(data, size, &wrong);
    if ( !fdt )
    {
        fprintf(stderr, "xen-rmr: %s: no sound device tree: ", path);
        put_text(stderr, wrong);
        putc('\n', stderr);
    }
    free(data);

    return fdt;
}

bool blob_write(const char *path, const void *fdt)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "wb") : stdout;
    bool done = f && fwrite(fdt, 1, fdt_totalsize(fdt), f) == fdt_totalsize(fdt);

    if ( f && (f == stdout ? fflush(f) : fclose(f)) )
        done = false;
    if ( !done )
        fprintf(stderr, "xen-rmr: %s: %s\n", path, strerror(errno));

    return done;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
