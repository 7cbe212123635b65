/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test files share: trees, the console, allocation failures, and
 * short forms for what a test expects. test-*.c register their tests in main.c.
 */
#ifndef RMR_TEST_H
#define RMR_TEST_H

#include <setjmp.h>
/* Newer cmockas use the word as an attribute's name. */
#pragma push_macro("noreturn")
#undef noreturn
#include <cmocka.h>
#pragma pop_macro("noreturn")

#include "gen/rmr.h"

/* shim.c */
void console_clear(void);
bool console_has(const char *text);
unsigned int console_lines(const char *text);
const char *console_text(void);
void fail_allocation(unsigned long n);
unsigned long nr_allocations(void);
bool allocation_failed(void);
unsigned long live_allocations(void);
unsigned long live_table_pages(void);
bool all_cleaned(void);
bool in_heap(paddr_t addr);
void fail_copy(unsigned long n);

/* Tails of gen/device-tree.c and gen/dt.c, which reach their statics. */
void shim_forget_tree(void);
void shim_forget_cmdline(void);

/* tree.c */
extern struct dt_device_node *dt_host;
extern struct list_head found;
void load_tree(const char *name);
void load_blob(void *fdt);
void unflatten_tree(void);
void unload(void);
int teardown(void **state);
void cmdline(const char *item, int rc);
int scan_and_check(unsigned int ipa_bits);
struct rmr_master *master(const char *path);
unsigned int nr_masters(void);

/* One region of a master, by number, in order of IOVA. */
void region_is(const struct rmr_master *m, unsigned int i, paddr_t iova,
               paddr_t pa, paddr_t size);
/* @nr pairs of StreamID and mask. */
void streams_are(const struct rmr_master *m, unsigned int nr, ...);

#define said(text)                                                          \
    do {                                                                    \
        if ( !console_has(text) )                                           \
            fail_msg("not said: \"%s\" in:\n%s", text, console_text());     \
    } while ( 0 )
#define not_said(text)                                                      \
    do {                                                                    \
        if ( console_has(text) )                                            \
            fail_msg("said: \"%s\" in:\n%s", text, console_text());         \
    } while ( 0 )

/* main.c */
extern unsigned int tests_run;

/* test-*.c: the number of tests that failed */
int run_dt_tests(void);
int run_policy_tests(void);
int run_cmdline_tests(void);
int run_domain_tests(void);
int run_guest_tests(void);
int run_sysctl_tests(void);
int run_table_tests(void);
int run_layout_tests(void);
int run_random_tests(void);

#endif /* RMR_TEST_H */
