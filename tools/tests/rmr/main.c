/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs all groups of tests; the last line has the sum. */
#include "rmr-test.h"

unsigned int tests_run;

int main(void)
{
    unsigned int failed = 0;

    failed += run_dt_tests();
    failed += run_policy_tests();
    failed += run_cmdline_tests();
    failed += run_domain_tests();
    failed += run_guest_tests();
    failed += run_sysctl_tests();
    failed += run_table_tests();
    failed += run_layout_tests();
    failed += run_random_tests();

    printf("rmr host tests: %u passed, %u failed\n", tests_run - failed,
           failed);

    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
