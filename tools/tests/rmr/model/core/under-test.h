/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness asks of the code under test. Implemented by ../xen/glue.c,
 * which is linked with Xen's files to a shared object; the harness knows
 * nothing else of Xen. Results are Xen's: 0 or a negative errno.
 */
#ifndef MODEL_UNDER_TEST_H
#define MODEL_UNDER_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct domain;

enum map_type { MAP_RAM, MAP_DEVICE, MAP_RESERVED, MAP_FOREIGN };

struct under_test {
    bool rmr;                          /* has our files */

    /* As start_xen() does: the tree; the IOMMUs; the p2m and the initcalls. */
    void (*unflatten)(const void *fdt);
    int (*setup_iommus)(void);
    void (*finish_boot)(void);

    struct domain *(*create)(unsigned int id, unsigned int pages, int *rc);
    /* Gives the devices back and the memory; nothing of it is left after 0. */
    int (*destroy)(struct domain *d);
    /* The start of destroy(): the domain changes no p2m from now on. */
    int (*release_devices)(struct domain *d);
    void (*creation_finished)(struct domain *d);
    void (*hwdom_map)(struct domain *d);
    /* Is the node left out of dom0's tree, and so never assigned to it? */
    bool (*hides)(const char *path);

    int (*add)(const char *path);
    int (*assign)(struct domain *d, const char *path);
    int (*deassign)(struct domain *d, const char *path);
    /* Only the first half of it: regions stay mapped in the p2m. */
    int (*take_away)(struct domain *d, const char *path);

    int (*map)(struct domain *d, uint64_t ipa, uint64_t pa, uint64_t size,
               enum map_type type);
    int (*unmap)(struct domain *d, uint64_t ipa, uint64_t pa, uint64_t size);

    /* Pages of tables that are @d's; pages that it may yet take. */
    unsigned long (*tables)(struct domain *d);
    unsigned long (*pool)(struct domain *d);

    void (*interrupt)(unsigned int irq);
    /* Until all timers that are set now have expired. */
    void (*pass_time)(void);

    /* "boot", "pending", ... or NULL for a device that is no RMR master. */
    const char *(*state)(const char *path);
    unsigned int (*faults)(const char *path);
    unsigned int (*vmids)(unsigned int smmu);
    /* From now on there are no VMIDs from @n on. */
    void (*limit_vmids)(unsigned long n);
    /* Make all VMIDs be in use, and undo that. */
    void (*take_vmids)(unsigned int smmu, bool take);

    /* As assign(), by a toolstack that says whether there may be company. */
    int (*assign_as)(struct domain *d, const char *path, bool relaxed);
    /* At the @n-th look from now on something else is waiting; 0: never. */
    void (*preempt)(unsigned long n);
    /* An `rmr=`, before unflatten(). */
    int (*cmdline)(const char *item);
    /* @d has an emulated device there. */
    void (*emulate)(struct domain *d, uint64_t ipa, uint64_t size);
    /* Read-only for the CPU, by single pages; ~0: what comes is, from now on. */
    int (*mem_access)(struct domain *d, uint64_t ipa, unsigned int pages);
    bool (*has_pins)(struct domain *d);
    /* Where @d's p2m leads, or ~0. */
    uint64_t (*lookup)(struct domain *d, uint64_t ipa);
    /* Bytes of regions that have been overwritten, and flushed, so far. */
    unsigned long (*wiped)(void);
    unsigned long (*flushed)(void);
    /* Whose data are in a region: a domain's ID, or one that is none. */
    unsigned int (*user)(const char *path, unsigned int region);
};

extern const struct under_test under_test;

#endif /* MODEL_UNDER_TEST_H */
