/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the oracle and the runner know of an SMMU, whatever its generation: it
 * has registers, it may cache at each step whatever it may fetch, and for one
 * transaction there is a set of answers that the architecture allows.
 */
#ifndef MODEL_SMMU_H
#define MODEL_SMMU_H

#include <stdbool.h>
#include <stdint.h>

struct machine_smmu;
struct model_smmu;

enum answer {
    ANSWER_TRANSLATED,   /* to pa */
    ANSWER_BYPASS,
    ANSWER_ABORT,        /* without an event: configured to */
    ANSWER_ILLEGAL,      /* configuration that the architecture does not allow */
    ANSWER_FAULT,        /* translation, permission, unknown stream */
    ANSWER_CONFLICT,     /* entries of a TLB that disagree */
    ANSWER_ASTRAY,       /* a table was read where no table is */
    ANSWER_UNKNOWN,      /* what firmware or power-on left in a cache */
};

struct translation {
    uint64_t pa;
    unsigned int attr;   /* MemAttr in 3:0, SH in 5:4 */
};

typedef void answer_fn(void *ctx, enum answer a, const struct translation *t);

enum translating { TRANSLATES_NOT, TRANSLATES_SOON, TRANSLATES };

/*
 * Parts of what the oracle asks: addresses by their number, and StreamIDs. A
 * bit stands for several; what it says of one is then said of all of them.
 */
#define PROBE_BIT(n)    (1UL << ((n) % 41))
#define PROBE_BITS      ((1UL << 41) - 1)
#define STREAM_BIT(sid) (1UL << (41 + (sid) % 23))
#define EVERYTHING      (~0UL)

struct model_smmu_ops {
    /* Power-on, then whatever firmware did that @desc says. */
    struct model_smmu *(*create)(const struct machine_smmu *desc);

    /*
     * Caches take whatever they may take now. The result has the bits of all
     * answers that may be others than after the last call. @all: as if nothing
     * were known from then; and what is taken in by it has its bits, too, since
     * it was forgotten before.
     */
    uint64_t (*age)(struct model_smmu *s, bool all);
    /* Time passes: transactions that were under way have ended. May be NULL. */
    void (*settle)(struct model_smmu *s);
    /* After age(): all that may become of a transaction to an address, of which
     * @probe is the number. */
    void (*answers)(struct model_smmu *s, uint32_t sid, unsigned int probe,
                    answer_fn *fn, void *ctx);
    enum translating (*translating)(const struct model_smmu *s);

    uint64_t (*read)(struct model_smmu *s, unsigned int offset,
                     unsigned int size);
    void (*write)(struct model_smmu *s, unsigned int offset, uint64_t value,
                  unsigned int size);

    /* Record the event of a transaction that faults; raise the interrupt. */
    void (*event)(struct model_smmu *s, uint32_t sid, uint64_t ipa);
    /* Raise what has an interrupt that is on again. May be NULL. */
    void (*raise)(struct model_smmu *s);
    /* From now on the @n-th invalidation does not complete; 0: all do. */
    void (*stop_answering)(struct model_smmu *s, unsigned int n);
    /*
     * Nor is the @n-th command consumed, or any after it, before the driver has
     * looked @looks times; 0: ever. May be NULL.
     */
    void (*stop_consuming)(struct model_smmu *s, unsigned int n,
                           unsigned long looks);
};

struct model_smmu {
    const struct model_smmu_ops *ops;
    const struct machine_smmu *desc;
    unsigned int index;
    bool stopped;          /* it has come to where it was told to stop */
    unsigned long looks;   /* since then at what it has consumed */
};

extern const struct model_smmu_ops smmu_v3_ops, smmu_v2_ops;

#endif /* MODEL_SMMU_H */
