/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scenarios are made of: a machine, and calls into the code under test
 * that move the phases of the masters concerned, so that the oracle knows what
 * is allowed while the call runs and after it.
 */
#ifndef MODEL_OPS_H
#define MODEL_OPS_H

#include "../core/cpu.h"
#include "../core/machine.h"
#include "../core/memory.h"
#include "../core/oracle.h"
#include "../core/run.h"

/* Fills in the machine, by the variant. */
struct machine_smmu *add_smmu(void);
struct master *add_master(const char *name, unsigned int smmu, uint32_t sid);
struct master *add_rmr_master(const char *name, unsigned int smmu,
                              uint32_t sid, uint64_t at, uint64_t size);

/* One SMMU, a display with a region, an ordinary master. */
void usual_machine(void);

/* Power-on to the initcalls; SMMUs translate after it. */
void boot(void);
/* Only until Xen has its device tree. */
void power_on(void);
/* ... and dom0 with its RAM, all masters assigned, running. */
void boot_dom0(void);
/* ... except one. */
void boot_dom0_without(const char *name);
/* dom0 has two masters with the same memory: switch.c */
struct dom *boot_shared_region(void);

/* What may become of DMA has changed by something else than a call. */
void phase_changed(const char *what);

struct dom *create_dom(unsigned int id);
/* ... as the hardware domain, with what it has mapped. */
struct dom *create_dom0(void);
/* ... with so many pages for its p2m. */
struct dom *create_dom_with(unsigned int id, unsigned int pages);
int try_create_dom(unsigned int id, struct dom **d);
void destroy_dom(struct dom *d);
int try_destroy_dom(struct dom *d);
void unpause(struct dom *d);
void hwdom_map(struct dom *d);

/* -errno; the plain ones demand success. */
int try_assign(struct dom *d, const char *name);
int try_assign_as(struct dom *d, const char *name, bool relaxed);
int try_deassign(struct dom *d, const char *name);
void assign(struct dom *d, const char *name);
/*
 * At most @n steps of an assignment, or of a removal, each by a call of its own:
 * -ERESTART when there are more.
 */
int assign_steps(struct dom *d, const char *name, unsigned long n);
int deassign_steps(struct dom *d, const char *name, unsigned long n);
void deassign(struct dom *d, const char *name);
void add_device(const char *name);

int try_map(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size,
            enum map_type type);
void map(struct dom *d, uint64_t ipa, uint64_t pa, uint64_t size,
         enum map_type type);
void unmap(struct dom *d, uint64_t ipa, uint64_t size);

#define expect(cond)                                                        \
    do {                                                                    \
        if ( !(cond) )                                                      \
            run_fail("%s:%d: not so: %s", __FILE__, __LINE__, #cond);       \
    } while ( 0 )
/* An address of @name is answered by exactly this set. */
#define expect_set(name, ipa, set)                                          \
    do {                                                                    \
        unsigned int s_ = oracle_ask(machine_master(name), ipa);            \
        if ( s_ != (set) )                                                  \
            run_fail("%s:%d: %s at %#lx: %s, not %s", __FILE__, __LINE__,   \
                     name, (unsigned long)(ipa), out_names(s_),             \
                     out_names(set));                                       \
    } while ( 0 )
/*
 * @name reaches its domain's memory at @ipa. Of an ordinary master with a new
 * second-level table that is all: an SMMU may have cached that there is none,
 * and the driver's CFGI_STE, which has Leaf set, does not cover that.
 */
void expect_reach(const char *name, uint64_t ipa);
/* Reaches nothing there. */
void expect_stopped(const char *name, uint64_t ipa);
/* On its own table: its region at @ipa, and no domain's memory. */
void expect_kept(const char *name, uint64_t ipa);
/* A StreamID that is not in the first second-level table, if there are more. */
uint32_t other_table(uint32_t n);
void expect_state(const char *name, const char *state);

/* What the display, and @d if there is one, have and take. */
struct look {
    unsigned int vmids, user;
    unsigned long live, pages, tables, pool, wiped;
    bool pins;
};

struct look look(const struct dom *d);
/*
 * It is the same again, and @d has none of the display. Tables that a failed mapping
 * needed may stay: they are the domain's.
 */
void expect_as_before(const struct look *b, const struct dom *d);

/* Interrupts so far; and all timers that are set expire. */
extern unsigned long interrupts;
void pass_time(void);

/*
 * A scenario that runs again with another repeat_index, from 1 on, unless it
 * says that it was the @last.
 */
extern unsigned long repeat_index;
void repeat_again(bool last);
bool repeat_wanted(void);

/* Every scenario, in the order in which they run. */
extern const struct scenario scenarios[];
extern const unsigned int nr_scenarios;
extern const struct scenario random_scenario;
extern const struct variant variants[];
extern const unsigned int nr_variants;
/* The same of SMMUv1/v2. */
extern const struct scenario scenarios_v2[];
extern const unsigned int nr_scenarios_v2;
extern const struct variant variants_v2[];
extern const unsigned int nr_variants_v2;
extern const unsigned int random_without_v2;   /* too small for them */

/* random.c: what it runs; operations of all runs so far. */
extern struct sequence random_sequence;
extern unsigned long random_operations;

/* costs.c: of so many StreamIDs, under this name. */
extern unsigned int costs_streams;
extern const char *costs_generation;

/* registers.c: firmware left the SMMU translating. */
extern bool registers_running;

#define DISPLAY_AT   0x60000000UL
#define DISPLAY_SIZE 0x203000UL
#define AUDIO_AT     0x64000000UL
#define AUDIO_SIZE   0x2000UL

#endif /* MODEL_OPS_H */
