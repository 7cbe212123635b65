/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.log: what the runner did and when, on the clock of the trace. Each
 * line is complete on disk before the runner goes on.
 */
#include <stdarg.h>
#include "machine.h"
#include "util.h"

static FILE *marks;

void marks_open(const char *run_dir)
{
    marks = open_or_die(format("%s/marks.log", run_dir), "w");
}

void mark(const char *fmt, ...)
{
    va_list args;

    fprintf(marks, "%.6f ", now());
    va_start(args, fmt);
    vfprintf(marks, fmt, args);
    va_end(args);
    fputc('\n', marks);
    fflush(marks);
}
