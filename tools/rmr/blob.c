/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees in and out. What comes in is checked before it is used. */
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

/* No board's tree is near it, and offsets stay positive in an int. */
#define MAX_SIZE (64UL << 20)
/* Behind the tree: strings, and arrays of cells, that have no end. */
#define SLACK    64

void *blob_check(const void *data, size_t size, const char **wrong)
{
    size_t total;
    char *fdt;
    int rc;

    *wrong = NULL;
    if ( size > MAX_SIZE )
        *wrong = "more than 64 MB";
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
    if ( rc )
    {
        *wrong = fdt_strerror(rc);
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
        fprintf(stderr, "xen-rmr: %s: no sound device tree: %s\n", path, wrong);
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
