/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every scenario, in the order in which they run: quick ones first, since a
 * seeded mistake ends with the first that fails. PLAIN ones need no RMR masters:
 * stock Xen is run through them, too.
 */
#ifndef MODEL_SCENARIOS_H
#define MODEL_SCENARIOS_H

#define SCENARIOS(PLAIN, RMR) \
    PLAIN(story) \
    RMR(elsewhere) \
    RMR(shared_region) \
    RMR(pending) \
    PLAIN(vmid_reuse) \
    PLAIN(between_domains) \
    PLAIN(not_owner) \
    PLAIN(late_device) \
    RMR(death) \
    RMR(ordinary_beside) \
    RMR(no_vmid) \
    RMR(no_vmid_at_boot) \
    RMR(flush) \
    RMR(pins) \
    RMR(firmware_aborts) \
    RMR(firmware_translates) \
    RMR(endless_compatible) \
    RMR(alias) \
    RMR(sid_out_of_range) \
    RMR(events) \
    RMR(events_overflow) \
    RMR(no_answer_to_leave) \
    RMR(no_answer_to_join) \
    RMR(no_answer_to_free) \
    RMR(no_answer_to_death) \
    RMR(no_memory_at_boot) \
    RMR(no_memory_to_switch) \
    RMR(no_memory_for_regions) \
    RMR(no_memory_to_attach) \
    RMR(sizes) \
    RMR(widths) \
    RMR(mapped_before) \
    RMR(streams) \
    RMR(queue_full) \
    RMR(masters) \
    RMR(two_smmus) \
    RMR(unequal_smmus) \
    RMR(mixed_coherency) \
    RMR(refused) \
    RMR(stuck_leave) \
    RMR(stuck_join) \
    RMR(stuck_attach) \
    RMR(stuck_detach) \
    RMR(stuck_death) \
    RMR(stuck_unmap) \
    RMR(stuck_remap) \
    RMR(stuck_table) \
    RMR(stuck_boot) \
    RMR(stuck_sev) \
    RMR(stuck_for_a_while) \
    RMR(stuck_beside) \
    RMR(no_memory_to_assign) \
    RMR(no_memory_for_domain) \
    RMR(flush_meanwhile) \
    RMR(attach_meanwhile) \
    RMR(share_meanwhile) \
    RMR(fault_meanwhile) \
    RMR(want_meanwhile)

/* guests.c, guests-contents.c, guests-refused.c: both generations */
#define GUEST_SCENARIOS(GUEST) \
    GUEST(guest_pending) \
    GUEST(guest_never_started) \
    GUEST(guest_death) \
    GUEST(guest_death_in_steps) \
    GUEST(guest_vmid_reuse) \
    GUEST(guest_strict_first) \
    GUEST(guest_strict_last) \
    GUEST(guest_strict_meanwhile) \
    GUEST(guest_taken) \
    GUEST(guest_pins) \
    GUEST(guest_contents) \
    GUEST(guest_and_hwdom) \
    GUEST(guest_keep) \
    GUEST(guest_wiped_first) \
    GUEST(guest_same_pages) \
    GUEST(guest_same_pages_at_once) \
    GUEST(xsa400_unmap_before_switch) \
    GUEST(xsa400_two_step_reassign) \
    GUEST(xsa400_quarantine_without_regions) \
    GUEST(xsa400_shared_quarantine) \
    GUEST(guest_no_answer_to_death) \
    GUEST(guest_no_memory) \
    GUEST(guest_no_pool) \
    GUEST(guest_starts_meanwhile) \
    GUEST(guest_half_written) \
    GUEST(guest_pins_meanwhile) \
    GUEST(guest_access_meanwhile) \
    GUEST(guest_cut_off) \
    GUEST(guest_goes_on) \
    GUEST(guest_leaves_in_steps)

#define DECLARE(name) void scenario_##name(void);
SCENARIOS(DECLARE, DECLARE)
GUEST_SCENARIOS(DECLARE)
DECLARE(guest_one_bank)
DECLARE(guest_one_bank_far)
DECLARE(random)

/* banks.c: SMMUv1/v2 */
DECLARE(masks)
DECLARE(covered)
DECLARE(tree_mask)
DECLARE(legacy)
DECLARE(one_bank)
DECLARE(one_bank_far)
DECLARE(two_banks_far)
DECLARE(no_bank)
DECLARE(alias_beyond)
DECLARE(no_entry)
DECLARE(narrow_entries)
DECLARE(many_streams)
DECLARE(alias_is_covered)
DECLARE(alias_covers)
DECLARE(alias_of_masters)
DECLARE(bank_faults)
DECLARE(fault_storm)
DECLARE(storm_meanwhile)
DECLARE(timer_meanwhile)
DECLARE(no_sync)
DECLARE(no_second_sync)
DECLARE(one_bank_no_sync)
DECLARE(one_bank_no_sync_at_join)
DECLARE(lost_bank)
DECLARE(lost_bank_disabled)
DECLARE(bank_reuse)
DECLARE(bank_flush)
DECLARE(no_iommu)
DECLARE(two_smmus_v2)
DECLARE(v2_before_v3)
DECLARE(v3_before_v2)
DECLARE(running_v2)
DECLARE(all_smrs_in_use)
DECLARE(odd_entry)
DECLARE(no_such_entry)
DECLARE(secure_alias)
DECLARE(shared_entry)
DECLARE(never_assigned)

/* costs.c */
void scenario_costs_rmr(void);
void scenario_costs_plain(void);

/* registers.c */
void scenario_registers(void);

#endif /* MODEL_SCENARIOS_H */
