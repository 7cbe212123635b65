/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small helpers of the bench's host programs. die() is the one way out on a
 * broken environment: it names the program, says what is wrong and exits with
 * status 2, which callers read as "no result".
 */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define EXIT_BROKEN 2

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

extern const char *program;

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
FILE *open_or_die(const char *path, const char *mode);
off_t file_size(const char *path);
void *read_file(const char *path, size_t *size);

/* CLOCK_REALTIME in seconds: the clock of QEMU's trace. */
double now(void);

#endif /* BENCH_UTIL_H */
