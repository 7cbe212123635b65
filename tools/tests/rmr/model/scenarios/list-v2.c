/* SPDX-License-Identifier: GPL-2.0-only */
/* The scenarios of SMMUv1/v2, and the machines on which each runs. */
#include "ops.h"
#include "scenarios.h"

const struct variant variants_v2[] = {
    { .name = "matching", .sid_bits = 15, .banks = 8, .entries = 16 },
    { .name = "matching, lazy, junk", .sid_bits = 15, .banks = 8,
      .entries = 16, .lazy = true, .junk = true },
    { .name = "indexing", .sid_bits = 6, .banks = 8, .lazy = true },
    { .name = "one bank to spare", .sid_bits = 15, .banks = 2, .entries = 4 },
    { .name = "one bank to spare, halves", .sid_bits = 15, .banks = 2,
      .entries = 4, .halves = true, .high_first = true, .lazy = true },
    { .name = "SMMUv1", .sid_bits = 15, .banks = 8, .entries = 16, .v1 = true,
      .halves = true },
    { .name = "not coherent", .sid_bits = 15, .banks = 8, .entries = 16,
      .incoherent = true },
};
const unsigned int nr_variants_v2 = sizeof(variants_v2) / sizeof(variants_v2[0]);

#define INDEXING  (1U << 2)
#define TWO_BANKS (1U << 3 | 1U << 4)

const unsigned int random_without_v2 = TWO_BANKS;

#define GUEST(name) { #name, scenario_##name, .without = TWO_BANKS },

const struct scenario scenarios_v2[] = {
    { "story", scenario_story, .plain = true },
    /* What the generations share. */
    { "streams", scenario_streams, .without = TWO_BANKS },
    { "masters", scenario_masters, .without = TWO_BANKS },
    { "sizes", scenario_sizes, .without = TWO_BANKS },
    { "elsewhere", scenario_elsewhere, .without = TWO_BANKS },
    { "refused", scenario_refused, .without = TWO_BANKS },
    { "shared_region", scenario_shared_region, .without = TWO_BANKS },
    { "between_domains", scenario_between_domains,
      .plain = true, .without = TWO_BANKS },
    { "not_owner", scenario_not_owner, .plain = true, .without = TWO_BANKS },
    { "late_device", scenario_late_device,
      .plain = true, .without = TWO_BANKS },
    { "ordinary_beside", scenario_ordinary_beside, .without = TWO_BANKS },
    { "two_smmus", scenario_two_smmus, .without = TWO_BANKS },
    { "unequal_smmus", scenario_unequal_smmus, .without = TWO_BANKS },
    { "mixed_coherency", scenario_mixed_coherency, .without = TWO_BANKS },
    { "widths", scenario_widths, .without = TWO_BANKS },
    { "flush", scenario_flush, .without = TWO_BANKS },
    { "pins", scenario_pins, .without = TWO_BANKS },
    { "mapped_before", scenario_mapped_before, .without = TWO_BANKS },
    { "flush_meanwhile", scenario_flush_meanwhile, .without = TWO_BANKS },
    { "attach_meanwhile", scenario_attach_meanwhile, .without = TWO_BANKS },
    { "share_meanwhile", scenario_share_meanwhile, .without = TWO_BANKS },
    { "fault_meanwhile", scenario_fault_meanwhile, .without = TWO_BANKS },
    { "want_meanwhile", scenario_want_meanwhile, .without = TWO_BANKS },
    { "no_answer_to_leave", scenario_no_answer_to_leave, .without = TWO_BANKS },
    { "no_memory_at_boot", scenario_no_memory_at_boot, .without = TWO_BANKS },
    { "no_memory_to_assign", scenario_no_memory_to_assign, .without = TWO_BANKS },
    { "no_memory_to_attach", scenario_no_memory_to_attach, .without = TWO_BANKS },
    { "no_memory_for_domain", scenario_no_memory_for_domain, .without = TWO_BANKS },
    { "no_memory_for_regions", scenario_no_memory_for_regions, .without = TWO_BANKS },
    { "vmid_reuse", scenario_vmid_reuse, .plain = true, .without = TWO_BANKS },
    /* banks.c */
    { "masks", scenario_masks, .without = INDEXING | TWO_BANKS },
    { "covered", scenario_covered, .without = INDEXING },
    { "tree_mask", scenario_tree_mask, .without = INDEXING },
    { "legacy", scenario_legacy },
    { "one_bank", scenario_one_bank },
    { "one_bank_far", scenario_one_bank_far },
    { "two_banks_far", scenario_two_banks_far },
    { "no_bank", scenario_no_bank },
    { "alias_beyond", scenario_alias_beyond,
      .without = INDEXING | TWO_BANKS },
    { "no_entry", scenario_no_entry, .without = INDEXING },
    { "narrow_entries", scenario_narrow_entries, .without = INDEXING },
    { "many_streams", scenario_many_streams,
      .plain = true, .without = TWO_BANKS },
    { "alias_is_covered", scenario_alias_is_covered, .without = INDEXING },
    { "alias_covers", scenario_alias_covers, .without = INDEXING },
    { "alias_of_masters", scenario_alias_of_masters, .without = INDEXING },
    { "bank_faults", scenario_bank_faults },
    { "lost_bank", scenario_lost_bank },
    { "lost_bank_disabled", scenario_lost_bank_disabled },
    { "fault_storm", scenario_fault_storm },
    { "storm_meanwhile", scenario_storm_meanwhile, .without = TWO_BANKS },
    { "timer_meanwhile", scenario_timer_meanwhile, .without = TWO_BANKS },
    { "bank_reuse", scenario_bank_reuse, .without = TWO_BANKS },
    { "bank_flush", scenario_bank_flush, .without = TWO_BANKS },
    { "no_sync", scenario_no_sync },
    { "no_second_sync", scenario_no_second_sync },
    { "one_bank_no_sync", scenario_one_bank_no_sync },
    { "one_bank_no_sync_at_join", scenario_one_bank_no_sync_at_join },
    { "no_iommu", scenario_no_iommu },
    { "two_smmus_v2", scenario_two_smmus_v2, .without = TWO_BANKS },
    { "v2_before_v3", scenario_v2_before_v3 },
    { "v3_before_v2", scenario_v3_before_v2 },
    { "running_v2", scenario_running_v2, .plain = true },
    { "all_smrs_in_use", scenario_all_smrs_in_use,
      .without = INDEXING | TWO_BANKS },
    { "no_such_entry", scenario_no_such_entry, .without = ~INDEXING },
    { "odd_entry", scenario_odd_entry, .without = INDEXING | TWO_BANKS },
    { "secure_alias", scenario_secure_alias },
    { "never_assigned", scenario_never_assigned },
    { "shared_entry", scenario_shared_entry,
      .plain = true, .without = INDEXING | TWO_BANKS },
    GUEST_SCENARIOS(GUEST)
    { "guest_one_bank", scenario_guest_one_bank },
    { "guest_one_bank_far", scenario_guest_one_bank_far },
};
const unsigned int nr_scenarios_v2 =
    sizeof(scenarios_v2) / sizeof(scenarios_v2[0]);
