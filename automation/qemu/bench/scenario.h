/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario: what one run of the bench is to look like. It is given as
 * key=value words, completed with defaults, and kept in the run's folder as
 * scenario.txt; mkdt and bench both read it from there. Once loaded it is
 * valid: every value has been checked.
 */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

#include <stdbool.h>
#include "layout.h"

#define MAX_PROBES 32

enum probe_moment {
    MOMENT_BOOT,
    MOMENT_PENDING,
    MOMENT_JOINED,
    MOMENT_GUEST,
    MOMENT_DESTROYED,
    MOMENT_USER,
    NR_MOMENTS
};

enum probe_target {
    TARGET_REGION,
    TARGET_DOM0RAM,
    TARGET_XEN,
    TARGET_MMIO,
    TARGET_ADDRESS
};

struct probe {
    enum probe_moment moment;
    enum probe_target target;
    uint64_t address;                   /* TARGET_ADDRESS only */
    char *word;                         /* the target as it was written */
};

struct scenario {
    struct bench_region region[NR_MASTERS];
    bool passthrough[NR_MASTERS];
    unsigned int domu_memory;           /* MiB; 0: there is no such domain */
    uint32_t masters;                   /* mask: in the tree and started */
    bool resv_after, simplefb;
    enum { DOM0_NONE, DOM0_LINUX, DOM0_XL, DOM0_STUB } dom0;
    bool smmu_on, recover;
    unsigned int fps, limit;
    unsigned int nr_probes;
    struct probe probe[MAX_PROBES];
};

extern const char *const master_name[NR_MASTERS];
extern const char *const moment_name[NR_MOMENTS];

/* Whether dom0 is Linux, with a toolstack or without. */
bool scenario_linux(const struct scenario *s);

/* Which masters get a device in QEMU: edu also when it only probes. */
uint32_t scenario_devices(const struct scenario *s);

/* Whether edu is an RMR master, rather than an ordinary or an unknown one. */
bool scenario_edu_region(const struct scenario *s);

/* Keep words in the order of the key table; unknown keys are fatal. */
void scenario_word(const char *word);
void scenario_load(const char *path);
void scenario_write(const char *path);
const char *scenario_get(const char *key);

/* Check all values; what is wrong is fatal, by key and value. */
void scenario_parse(struct scenario *s);

#endif /* BENCH_SCENARIO_H */
