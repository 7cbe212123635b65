/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs all groups of tests; the last line has the sum. With an argument, none
 * after the first that fails.
 */
#include "rmr-test.h"

unsigned int tests_run;

int main(int argc, char **argv)
{
    static int (*const groups[])(void) = {
        run_dt_tests, run_policy_tests, run_cmdline_tests, run_domain_tests,
        run_guest_tests, run_sysctl_tests, run_table_tests, run_layout_tests,
        run_random_tests,
    };
    unsigned int failed = 0, i;

    (void)argv;
    for ( i = 0; i < ARRAY_SIZE(groups) && !(failed && argc > 1); i++ )
        failed += groups[i]();

    printf("rmr host tests: %u passed, %u failed\n", tests_run - failed,
           failed);

    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
