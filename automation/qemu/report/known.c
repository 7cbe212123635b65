/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every name, StreamID and text that the analyser expects of the bench, of Xen
 * and of dom0, in tables.  A new phase, console line or probe target is a new
 * row here and nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

const struct known_master known_masters[] = {
    { "display", 0x08, true },
    { "audio",   0x10, true },
    { "ehci",    0x18, true },
    { "edu",     0x20, false },
    { "storage", 0x28, false },
};
const size_t nr_known_masters = ARRAY_SIZE(known_masters);

/*
 * In order of time.  A phase begins where the one before it ended, and lasts to
 * the end of the run if its closing line never comes; then the later ones do
 * not exist.  Once a guest is made, one of those that follow can be left out: what
 * never comes up is destroyed all the same.
 */
const struct known_phase known_phases[] = {
    { "firmware",   "FW: entering Xen",               PHASE_ALWAYS },
    { "probe",      "I/O virtualisation (en|dis)abled", PHASE_ALWAYS },
    { "xen",        NULL,                             PHASE_WITHOUT_DOM0 },
    { "dom0-build", "Freed [0-9]+kB init memory|Booting Linux on physical CPU",
                                                      PHASE_WITH_DOM0 },
    { "dom0-boot",  "BENCH: user space",              PHASE_WITH_DOM0 },
    { "dom0-user",  "BENCH: xl-create:.* begin",      PHASE_WITH_DOM0 },
    { "create",     "BENCH: xl-create:.* end status=0",
                                                      PHASE_WITH_GUEST },
    { "guest-boot", "^guest .*: GUEST: up",           PHASE_WITH_GUEST },
    { "guest-user", "BENCH: xl-destroy:.* begin|BENCH: guest-gone:.* end status=0",
                                                      PHASE_WITH_GUEST },
    { "destroyed",  "BENCH: xl-create:.* begin",      PHASE_WITH_GUEST },
};
const size_t nr_known_phases = ARRAY_SIZE(known_phases);

/* The first row that matches a line counts. */
const struct known_line known_lines[] = {
    { CON_RMR_BUG,     "rmr: BUG|rmr: .* did not complete the (join|leave)" },
    { CON_JOIN_BEGIN,  "rmr: (/[^ :]*):? .*joining" },
    { CON_LEAVE_BEGIN, "rmr: (/[^ :]*):? .*leaving" },
    { CON_JOIN_END,    "rmr: (/[^ :]*):? (joined|join )" },
    { CON_LEAVE_END,   "rmr: (/[^ :]*):? (left|leave )" },
    { CON_RMR,         "rmr: " },
    { CON_PANIC,       "Panic on CPU|Kernel panic|Xen BUG at|"
                       "Hypervisor Trap|Unhandled Exception" },
};
const size_t nr_known_lines = ARRAY_SIZE(known_lines);

/* What one hand-over cost, as Xen tells it. */
const char handover_counts[] =
    "([0-9]+) STE stores?, ([0-9]+) CFGI_STE, ([0-9]+) TLBI, ([0-9]+) SYNC";

/*
 * What a probe by an RMR master must meet.  The first row that fits counts.
 * Once joined, the master reaches what its domain reaches; with dom0 it is
 * "joined" or "user", with a guest "guest".
 */
const struct known_probe known_probes[] = {
    { NULL,     "region",  OUT_TRANSLATED },
    { "guest",  "xen",     -1 },   /* a guest has memory of its own there */
    { NULL,     "xen",     OUT_FAULTED },
    { NULL,     "mmio",    OUT_FAULTED },
    { "joined", "dom0ram", OUT_TRANSLATED },
    { "user",   "dom0ram", OUT_TRANSLATED },
    { "joined", NULL,      -1 },
    { "user",   NULL,      -1 },
    { NULL,     NULL,      OUT_FAULTED },
};
const size_t nr_known_probes = ARRAY_SIZE(known_probes);

const char *const outcome_names[NR_OUTCOMES] = {
    [OUT_NONE] = "none", [OUT_TRANSLATED] = "translated",
    [OUT_DISABLED] = "bypassed (SMMU off)", [OUT_BYPASSED] = "bypassed",
    [OUT_ABORTED] = "aborted", [OUT_FAULTED] = "faulted",
};

const char *const command_names[NR_COMMANDS] = {
    [CMD_CFGI_STE] = "CFGI_STE", [CMD_CFGI_ALL] = "CFGI_ALL",
    [CMD_TLBI] = "TLBI", [CMD_SYNC] = "SYNC", [CMD_OTHER] = "other",
};

/* STATE_RUNNING of the bench's layout; anything else is trouble. */
bool telemetry_alive(const char *state)
{
    return !strncmp(state, "run", 3) || strtoul(state, NULL, 0) == 1;
}

bool telemetry_dead(const char *state)
{
    return !strcmp(state, "dead") || strtoul(state, NULL, 0) == 3;
}
