/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs all groups of tests. */
#include "toolstack-test.h"

const libxl__rmr_range guest_banks[NR_BANKS] = {
    { GUEST_RAM0_BASE, GUEST_RAM0_SIZE },
    { GUEST_RAM1_BASE, GUEST_RAM1_SIZE },
};

uint64_t roll(uint64_t n)
{
    static uint64_t seed = 1;

    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);

    return (seed >> 20) % n;
}

/* With an argument: none after the first group that fails. */
int main(int argc, char **argv)
{
    int failed = run_refusal_tests();

    (void)argv;
    failed += failed && argc > 1 ? 0 : run_ram_tests();
    failed += failed && argc > 1 ? 0 : run_boot_tests();
    failed += failed && argc > 1 ? 0 : run_fdt_tests();

    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
