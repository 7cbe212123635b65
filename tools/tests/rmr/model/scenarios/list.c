/* SPDX-License-Identifier: GPL-2.0-only */
/* The scenarios, and the machines on which each runs. */
#include "ops.h"
#include "scenarios.h"

const struct variant variants[] = {
    { "linear", 6, false, false, false },
    { "linear, lazy", 6, false, false, true },
    { "two-level", 16, true, false, false },
    { "two-level, lazy", 16, true, false, true },
    { "two-level of 9 bits", 9, true, false, false },
    { "not coherent", 6, false, true, true },
    { "two-level, not coherent", 16, true, true, false },
};
const unsigned int nr_variants = sizeof(variants) / sizeof(variants[0]);

#define PLAIN(name) { #name, scenario_##name, true },
#define RMR_NAMED(name) { #name, scenario_##name, false }
#define RMR(name)   RMR_NAMED(name),

const struct scenario scenarios[] = {
    SCENARIOS(PLAIN, RMR) GUEST_SCENARIOS(RMR)
};
const struct scenario random_scenario = RMR_NAMED(random);
const unsigned int nr_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);
