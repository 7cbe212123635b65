/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run of the bench showed, as the analyser's parts share it.
 *
 * folder.c fills the description of the run (scenario, phases, marks), trace.c
 * and wav.c fill the counts, rules.c judges them, and table.c, json.c, html.c
 * and sheet.c print them.  Only the first three write to the counts: what is
 * printed is what was judged.
 *
 * All times are microseconds of CLOCK_REALTIME, the clock that QEMU's trace
 * and the bench share.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_MASTERS   8
#define MAX_REGIONS   4
#define MAX_PHASES    32
#define MAX_KINDS     8
#define MAX_PROBES    64
#define MAX_SWITCHES  512
#define MAX_EVENTS    1024
#define TIMELINE      480      /* columns of the timeline */

/* ---- What is known beforehand (known.c) ---- */

struct known_master {
    const char *name;
    uint32_t sid;
    bool autonomous;           /* moves data without being asked */
};

/* Those with guests come last, and again for each guest that is made. */
enum phase_when {
    PHASE_ALWAYS, PHASE_WITH_DOM0, PHASE_WITHOUT_DOM0, PHASE_WITH_GUEST
};

struct known_phase {
    const char *name;
    const char *ends;          /* console line that ends it; NULL: end of run */
    enum phase_when when;
};

enum console_kind {
    CON_JOIN_BEGIN, CON_JOIN_END, CON_LEAVE_BEGIN, CON_LEAVE_END,
    CON_RMR, CON_RMR_BUG, CON_PANIC,
};

struct known_line {
    enum console_kind kind;
    const char *pattern;       /* \1, if there is one, is the master's node */
};

struct known_probe {
    const char *moment;        /* NULL: every moment */
    const char *target;
    int expected;              /* enum outcome, or -1: the owner's business */
};

extern const struct known_master known_masters[];
extern const size_t nr_known_masters;
extern const struct known_phase known_phases[];
extern const size_t nr_known_phases;
extern const struct known_line known_lines[];
extern const size_t nr_known_lines;
extern const struct known_probe known_probes[];
extern const size_t nr_known_probes;
extern const char handover_counts[];

bool telemetry_alive(const char *state);
bool telemetry_dead(const char *state);

/* ---- What happened to one DMA ---- */

enum outcome {
    OUT_NONE, OUT_TRANSLATED, OUT_DISABLED, OUT_BYPASSED, OUT_ABORTED,
    OUT_FAULTED, NR_OUTCOMES
};

extern const char *const outcome_names[NR_OUTCOMES];

struct kind {                  /* one sort of mishap, and the first of it */
    char name[40];
    uint64_t count;
    int64_t first;
    uint64_t iova;
    bool iova_known;
};

struct kinds {
    struct kind kind[MAX_KINDS];
    unsigned int nr;
};

struct tally {                 /* one master in one phase */
    uint64_t count[NR_OUTCOMES];
    uint64_t bypassed_after_enable;
    int64_t longest_gap;
    int64_t frames;            /* -1: this master counts none */
    struct kinds faults;       /* every recorded event, by name */
    struct kinds inside;       /* G1: aborts and faults inside the regions */
    struct kinds bypass;       /* G2: bypasses after the enable */
    struct kinds outside;      /* G3: got further than the regions */
    struct kinds astray;       /* translated to a wrong address */
};

struct region {
    uint64_t base, size;
};

struct master {
    char name[32];
    uint32_t sid;
    bool rmr, autonomous, passthrough, seen;
    bool ordinary;             /* not to be an RMR master, whatever the tree */
    bool left;                 /* has left dom0 by the end */
    bool guest;                /* nobody's until a guest gets it */
    bool domu;                 /* of a domain that Xen builds besides dom0 */
    struct region region[MAX_REGIONS];
    unsigned int nr_regions;
    struct tally tally[MAX_PHASES];
    /* Where the one pass over the trace stands. */
    int64_t last_dma;
    bool joined, leaving, failed;
    uint64_t failed_iova;
    int64_t failed_at;
    unsigned int failed_phase;
    char failed_name[40];
    unsigned int next_event;
    struct { uint32_t good, bypassed, bad; } line[TIMELINE];
};

struct phase {
    const struct known_phase *known;
    const char *name;          /* as known, or with the guest's number */
    char numbered[32];
    int64_t begin, end;
    int64_t frames;
    bool frames_known;
    bool stalled;              /* the display's CPU stood, and went on later */
};

enum command { CMD_CFGI_STE, CMD_CFGI_ALL, CMD_TLBI, CMD_SYNC, CMD_OTHER,
               NR_COMMANDS };

extern const char *const command_names[NR_COMMANDS];

struct registers {
    unsigned int abort_written, disabled, strtab_moved;
    uint64_t ste_aborts, gbpa_aborts;
    int64_t enabled_at;        /* 0: never */
    int64_t first_abort_write, first_disable, first_strtab;
    uint64_t commands[NR_COMMANDS];
    bool syncs_known;          /* the trace names every command */
};

struct console_event {         /* a line on a master's life */
    enum console_kind kind;
    int64_t time;
    int master;                /* -1: none of ours */
    bool counted;              /* the line says what it cost */
    unsigned int stores, cfgi, tlbi, sync;
    char text[200];
};

struct handover {              /* CFGI_STE up to the SYNC after the TLBI */
    int64_t time;
    int master;
    unsigned int cfgi, tlbi, sync;
    int event;                 /* Xen's own account of it, or -1 */
    bool closed;
};

struct window {                /* commands between two console lines */
    int begin, end;            /* console events */
    uint64_t commands[NR_COMMANDS];
};

struct probe {
    char moment[16], target[24];
    char result[64], brought[64];  /* the device's own account */
    bool missed;               /* its moment never came */
    uint64_t addr;
    int64_t begin, end;
    uint64_t count[NR_OUTCOMES];
    enum outcome outcome;
};

struct sample {
    int64_t time;
    uint64_t frames, faults, reinits;
    uint64_t ticks;            /* of the CPU that drives the display */
    char state[16], ehci[16];
};

struct shot {
    int64_t time;
    char file[256];            /* relative to the run folder */
    uint64_t digest;           /* of the file's bytes; 0: unreadable */
    bool chosen;
};

struct audio {
    bool present;
    uint64_t samples, first_tone, zero_samples, zero_runs;
};

/* ---- The verdict ---- */

enum status { RULE_PASS, RULE_FAIL, RULE_NA };

struct rule {
    const char *id, *guarantee, *title;
    enum status status;
    char figure[200];
};

#define MAX_RULES 24

struct run {
    char dir[PATH_MAX];
    char xen[64], name[64];
    bool dom0, no_iommu;
    char until[256];
    char args[512];

    int64_t begin, end;
    struct phase phase[MAX_PHASES];
    unsigned int nr_phases;
    unsigned int guests;       /* that dom0 tried to make */
    struct master master[MAX_MASTERS];
    unsigned int nr_masters;

    struct registers reg;
    uint64_t trace_lines, trace_events;
    uint64_t ehci_alarms;
    bool iova_of_faults;       /* the trace says where faults were */

    struct console_event event[MAX_EVENTS];
    unsigned int nr_events;
    unsigned int rmr_lines, rmr_bugs, panics;
    char first_bug[200], first_panic[200];
    int64_t until_at;
    char end_reason[64];

    struct handover handover[MAX_SWITCHES];
    unsigned int nr_handovers;
    struct window window[MAX_SWITCHES];
    unsigned int nr_windows;

    struct probe probe[MAX_PROBES];
    unsigned int nr_probes;

    struct sample *sample;
    size_t nr_samples;
    struct shot *shot;
    size_t nr_shots;
    struct audio audio;

    struct rule rule[MAX_RULES];
    unsigned int nr_rules;
    char **reason;
    size_t nr_reasons;
};

static inline bool run_passed(const struct run *run)
{
    return run->nr_reasons == 0;
}

/* Seconds since the run began. */
static inline double since(const struct run *run, int64_t time)
{
    return (time - run->begin) / 1e6;
}

/* A master that the run is about: an RMR master, or one that moved data. */
static inline bool master_shown(const struct master *m)
{
    return m->rmr || m->seen;
}

/* ---- The parts ---- */

/* folder.c: 0, or -1 after saying which file is missing or broken. */
int folder_read(struct run *run, const char *dir);
void folder_free(struct run *run);
int64_t parse_stamp(const char *s, const char **rest);   /* -1: no time stamp */
int find_master(const struct run *run, uint32_t sid);
struct master *add_master(struct run *run, uint32_t sid);
bool inside_regions(const struct master *m, uint64_t iova);
FILE *open_in(const struct run *run, const char *name, char *path, size_t size);

/* trace.c: as folder_read(). */
int trace_read(struct run *run);
void kinds_add(struct kinds *kinds, const char *name, int64_t time,
               uint64_t iova, bool iova_known);
uint64_t kinds_total(const struct kinds *kinds);

/* wav.c */
void wav_read(struct run *run);

/* rules.c */
void rules_judge(struct run *run);
int probe_expectation(const struct run *run, const struct probe *probe,
                      bool *any_block);
int last_picture_change(const struct run *run);

/* table.c */
void table_print(const struct run *run, const struct run *baseline);

/* json.c, html.c: 0, or -1 after saying what could not be written. */
int json_write(const struct run *run, const struct run *baseline,
               const char *path);
int html_write(const struct run *run, const struct run *baseline,
               const char *path);

/* sheet.c */
void sheet_choose(struct run *run);
int sheet_write(const struct run *run, const char *path);

#endif /* BENCH_REPORT_H */
