/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers shared by mkdt and bench: fatal errors, formatted strings, whole
 * files, the clock. Nothing here knows of scenarios or of QEMU.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "util.h"

void die(const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", program);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(EXIT_BROKEN);
}

char *format(const char *fmt, ...)
{
    va_list args;
    char *s;

    va_start(args, fmt);
    if ( vasprintf(&s, fmt, args) < 0 )
        die("out of memory");
    va_end(args);

    return s;
}

FILE *open_or_die(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);

    if ( !f )
        die("cannot open %s: %s", path, strerror(errno));

    return f;
}

off_t file_size(const char *path)
{
    struct stat st;

    if ( stat(path, &st) )
        die("cannot read %s: %s", path, strerror(errno));

    return st.st_size;
}

void *read_file(const char *path, size_t *size)
{
    size_t len = file_size(path);
    char *buf = malloc(len + 1);
    FILE *f = open_or_die(path, "rb");

    if ( !buf || fread(buf, 1, len, f) != len )
        die("cannot read %s", path);
    fclose(f);
    buf[len] = 0;
    if ( size )
        *size = len;

    return buf;
}

double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}
