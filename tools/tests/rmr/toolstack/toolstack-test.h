/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the groups of tests share: the layout of a guest, a request with two
 * masters, and random numbers that are always the same.
 */
#ifndef TOOLSTACK_TEST_H
#define TOOLSTACK_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define xen_mk_ullong(x) x ## ULL
#include "guest-layout.h"

#include "libxl_rmr_layout.h"

#define MB (UINT64_C(1) << 20)
#define GB (UINT64_C(1) << 30)
#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

#define NR_BANKS 2
#define MAX_HOLES 16
#define MAX_RANGES (MAX_HOLES + NR_BANKS)

extern const libxl__rmr_range guest_banks[NR_BANKS];

uint64_t roll(uint64_t n);

static inline bool meet(libxl__rmr_range a, libxl__rmr_range b)
{
    return a.start < b.start + b.size && b.start < a.start + a.size;
}

int run_refusal_tests(void);
int run_ram_tests(void);
int run_boot_tests(void);
int run_fdt_tests(void);

#endif
