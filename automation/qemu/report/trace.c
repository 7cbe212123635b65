/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads QEMU's trace in one pass and counts, per master and phase, what became
 * of every DMA; follows the SMMU's registers and its command queue.
 *
 * A fault storm makes the file as large as the disk allows: lines are taken
 * from one buffer, nothing is allocated per line.  folder_read() comes first.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

#define BUFFER_SIZE  (1U << 20)

/* SMMUv3 registers (IHI 0070, chapter 6), as the trace's offsets show them. */
#define SMMU_CR0            0x20
#define  CR0_SMMUEN         (1U << 0)
#define SMMU_GBPA           0x44
#define  GBPA_ABORT         (1U << 20)
#define SMMU_STRTAB_BASE    0x80
#define SMMU_STRTAB_CFG     0x88

/*
 * Xen's line on a hand-over comes after the fact, through a slow serial port:
 * commands up to this long before it belong to it.
 */
#define CONSOLE_LAG         2000000

struct pass {
    struct run *run;
    int64_t now;                   /* never goes back: several threads write */
    unsigned int phase, window;
    uint32_t cr0;
    struct handover *open;
    uint64_t opcode[NR_COMMANDS];  /* by name ... */
    uint64_t detail[NR_COMMANDS];  /* ... and by the commands' own events */
};

/* ---- Small parsing ---- */

/* A line, or what is left of it; the buffer is not terminated. */
struct text {
    const char *s, *end;
};

static bool skip_past(struct text *t, const char *what)
{
    size_t len = strlen(what);
    const char *p = memmem(t->s, t->end - t->s, what, len);

    if ( !p )
        return false;
    t->s = p + len;

    return true;
}

static bool starts(const struct text *t, const char *what)
{
    size_t len = strlen(what);

    return (size_t)(t->end - t->s) >= len && !memcmp(t->s, what, len);
}

/* Decimal, or hexadecimal after 0x. */
static uint64_t number(struct text *t)
{
    uint64_t n = 0;
    unsigned int base = 10;

    while ( t->s < t->end && (*t->s == ' ' || *t->s == '=') )
        t->s++;
    if ( starts(t, "0x") )
    {
        base = 16;
        t->s += 2;
    }
    for ( ; t->s < t->end; t->s++ )
    {
        unsigned int c = (unsigned char)*t->s, digit;

        if ( c >= '0' && c <= '9' )
            digit = c - '0';
        else if ( base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f' )
            digit = (c | 0x20) - 'a' + 10;
        else
            break;
        n = n * base + digit;
    }

    return n;
}

static void word(const struct text *t, char *to, size_t size)
{
    size_t n = 0;

    while ( t->s + n < t->end && t->s[n] != ' ' && t->s[n] != ')' &&
            n < size - 1 )
        n++;
    memcpy(to, t->s, n);
    to[n] = '\0';
}

/* ---- Counting ---- */

void kinds_add(struct kinds *kinds, const char *name, int64_t time,
               uint64_t iova, bool iova_known)
{
    struct kind *k;
    unsigned int i;

    for ( i = 0; i < kinds->nr; i++ )
        if ( !strcmp(kinds->kind[i].name, name) )
            break;
    if ( i == MAX_KINDS )
        i--;                       /* the last one takes in the rest */
    k = &kinds->kind[i];
    if ( i == kinds->nr )
    {
        kinds->nr++;
        snprintf(k->name, sizeof(k->name), "%s", name);
        k->first = time;
        k->iova = iova;
        k->iova_known = iova_known;
    }
    k->count++;
}

uint64_t kinds_total(const struct kinds *kinds)
{
    uint64_t n = 0;
    unsigned int i;

    for ( i = 0; i < kinds->nr; i++ )
        n += kinds->kind[i].count;

    return n;
}

static void gap_in_phases(struct run *run, struct master *m, int64_t from,
                          int64_t to)
{
    unsigned int i;

    for ( i = 0; i < run->nr_phases; i++ )
    {
        const struct phase *p = &run->phase[i];
        int64_t a = from > p->begin ? from : p->begin;
        int64_t b = to < p->end ? to : p->end;

        if ( b - a > m->tally[i].longest_gap )
            m->tally[i].longest_gap = b - a;
    }
}

static void dma_went_on(struct pass *pass, struct master *m)
{
    struct tally *t = &m->tally[pass->phase];
    int64_t gap = pass->now - m->last_dma;

    if ( m->last_dma && gap > 0 )
    {
        if ( m->last_dma >= pass->run->phase[pass->phase].begin )
            t->longest_gap = gap > t->longest_gap ? gap : t->longest_gap;
        else
            gap_in_phases(pass->run, m, m->last_dma, pass->now);
    }
    m->last_dma = pass->now;
}

/* ---- Where a master stands ---- */

static void apply_event(struct run *run, struct master *m)
{
    const struct console_event *e = &run->event[m->next_event++];

    if ( e->master != m - run->master )
        return;
    if ( e->kind == CON_JOIN_BEGIN || e->kind == CON_JOIN_END )
        m->joined = true;
    else if ( e->kind == CON_LEAVE_BEGIN || e->kind == CON_LEAVE_END )
        m->joined = false;
}

/* All that Xen has said up to now. */
static void catch_up(struct pass *pass, struct master *m)
{
    while ( m->next_event < pass->run->nr_events &&
            pass->run->event[m->next_event].time <= pass->now )
        apply_event(pass->run, m);
}

/*
 * A CFGI_STE of the master's is the moment of the hand-over that Xen is about
 * to report.  Xen that reports none (stock) hands over with its first one.
 */
static void stream_changes(struct pass *pass, struct master *m)
{
    struct run *run = pass->run;
    unsigned int i;

    if ( m->passthrough || !(pass->cr0 & CR0_SMMUEN) )
        return;
    if ( !run->rmr_lines )
    {
        m->joined = true;
        return;
    }
    catch_up(pass, m);
    for ( i = m->next_event; i < run->nr_events; i++ )
    {
        const struct console_event *e = &run->event[i];

        if ( e->time > pass->now + CONSOLE_LAG )
            break;
        if ( e->master != m - run->master )
            continue;
        if ( e->kind == CON_JOIN_BEGIN || e->kind == CON_JOIN_END )
            m->joined = true;
        else if ( e->kind == CON_LEAVE_BEGIN || e->kind == CON_LEAVE_END )
            m->leaving = true;
        else
            continue;
        break;
    }
}

/* ---- DMA ---- */

static struct probe *probe_at(struct pass *pass, uint64_t iova, bool known)
{
    struct run *run = pass->run;
    unsigned int i;

    for ( i = 0; i < run->nr_probes; i++ )
    {
        struct probe *p = &run->probe[i];

        if ( pass->now >= p->begin && pass->now <= p->end &&
             (!known || iova >> 12 == p->addr >> 12) )
            return p;
    }

    return NULL;
}

static void on_timeline(struct pass *pass, struct master *m, enum outcome out)
{
    const struct run *run = pass->run;
    int64_t column = (pass->now - run->begin) * TIMELINE /
                     (run->end - run->begin);

    if ( column < 0 || column >= TIMELINE )
        return;
    if ( out == OUT_TRANSLATED )
        m->line[column].good++;
    else if ( out == OUT_DISABLED || out == OUT_BYPASSED )
        m->line[column].bypassed++;
    else
        m->line[column].bad++;
}

static void judge_place(struct pass *pass, struct master *m, enum outcome out,
                        const char *name, uint64_t iova, bool known)
{
    struct tally *t = &m->tally[pass->phase];
    bool inside = !known || inside_regions(m, iova);

    if ( (out == OUT_DISABLED || out == OUT_BYPASSED) &&
         pass->run->reg.enabled_at )
    {
        t->bypassed_after_enable++;
        kinds_add(&t->bypass, name, pass->now, iova, known);
    }
    if ( !m->rmr )
        return;
    if ( (out == OUT_ABORTED || out == OUT_FAULTED) && inside )
        kinds_add(&t->inside, name, pass->now, iova, known);
    if ( out == OUT_TRANSLATED && !inside )
    {
        catch_up(pass, m);
        if ( !m->joined || m->passthrough )
            kinds_add(&t->outside, name, pass->now, iova, known);
    }
}

static struct master *master_of(struct pass *pass, uint32_t sid)
{
    int i = find_master(pass->run, sid);
    struct master *m = i >= 0 ? &pass->run->master[i]
                              : add_master(pass->run, sid);

    if ( m )
        m->seen = true;

    return m;
}

static void dma(struct pass *pass, uint32_t sid, enum outcome out,
                const char *name, uint64_t iova, bool known)
{
    struct master *m = master_of(pass, sid);
    struct probe *p;

    if ( !m )
        return;
    p = m->autonomous ? NULL : probe_at(pass, iova, known);
    if ( p )
    {
        p->count[out]++;
        if ( !known )
        {
            iova = p->addr;
            known = true;
        }
    }
    m->tally[pass->phase].count[out]++;
    if ( out == OUT_FAULTED )
        kinds_add(&m->tally[pass->phase].faults, name, pass->now, iova, known);
    else if ( out != OUT_ABORTED )
        dma_went_on(pass, m);
    judge_place(pass, m, out, name, iova, known);
    on_timeline(pass, m, out);
}

/*
 * QEMU logs each failed translation with its address, and then traces the
 * event, which has none.  A failure without an event is one that nobody would
 * hear of: it counts all the same.
 */
static void flush_failure(struct pass *pass, struct master *m)
{
    int64_t now = pass->now;
    unsigned int phase = pass->phase;
    char name[48];

    if ( !m->failed )
        return;
    m->failed = false;
    snprintf(name, sizeof(name), "silent %.30s", m->failed_name);
    pass->now = m->failed_at;
    pass->phase = m->failed_phase;
    dma(pass, m->sid, OUT_FAULTED, name, m->failed_iova, true);
    pass->now = now;
    pass->phase = phase;
}

static void translation_failed(struct pass *pass, struct text t)
{
    struct master *m;

    /* The name ends in devfn-number; on bus 0 devfn is the StreamID. */
    if ( !skip_past(&t, "-region-") )
        return;
    m = master_of(pass, number(&t));
    if ( !m || !skip_past(&t, "iova=") )
        return;
    flush_failure(pass, m);
    m->failed = true;
    m->failed_at = pass->now;      /* the line itself has no time */
    m->failed_phase = pass->phase;
    m->failed_iova = number(&t);
    if ( skip_past(&t, "(SMMU_EVT_") )
        word(&t, m->failed_name, sizeof(m->failed_name));
    else
        strcpy(m->failed_name, "fault");
    pass->run->iova_of_faults = true;
}

static void record_event(struct pass *pass, struct text t)
{
    struct master *m;
    char name[40];

    word(&t, name, sizeof(name));
    if ( !skip_past(&t, "sid=") )
        return;
    m = master_of(pass, number(&t));
    if ( !m )
        return;
    dma(pass, m->sid, OUT_FAULTED,
        strncmp(name, "SMMU_EVT_", 9) ? name : name + 9,
        m->failed_iova, m->failed);
    m->failed = false;
}

static void translated(struct pass *pass, struct text t)
{
    uint32_t sid;
    uint64_t iova, address;
    struct master *m;

    if ( !skip_past(&t, "sid=") )
        return;
    sid = number(&t);
    if ( !skip_past(&t, "iova=") )
        return;
    iova = number(&t);
    dma(pass, sid, OUT_TRANSLATED, "translated", iova, true);
    if ( !skip_past(&t, "translated=") )
        return;
    address = number(&t);
    m = master_of(pass, sid);
    /* The bench's regions are direct: IOVA and PA are the same. */
    if ( m && m->rmr && address != iova && inside_regions(m, iova) )
        kinds_add(&m->tally[pass->phase].astray, "wrong address", pass->now,
                  iova, true);
}

static void not_translated(struct pass *pass, struct text t, enum outcome out)
{
    const char *name = outcome_names[out];
    struct master *m;
    uint32_t sid;

    if ( !skip_past(&t, "sid=") )
        return;
    sid = number(&t);
    m = master_of(pass, sid);
    if ( !m || !skip_past(&t, "iova:") )
        return;
    if ( out == OUT_BYPASSED )
        name = "STE bypass";
    else if ( out == OUT_DISABLED )
        name = "SMMU off";
    else if ( pass->cr0 & CR0_SMMUEN )
    {
        name = "by STE";
        pass->run->reg.ste_aborts += m->rmr;
    }
    else
    {
        name = "by GBPA";
        pass->run->reg.gbpa_aborts += m->rmr;
    }
    dma(pass, sid, out, name, number(&t), true);
}

/* ---- Registers and commands ---- */

static void note(unsigned int *count, int64_t *first, int64_t now)
{
    if ( !(*count)++ )
        *first = now;
}

static void write_mmio(struct pass *pass, struct text t)
{
    struct registers *reg = &pass->run->reg;
    uint64_t offset, value;

    if ( !skip_past(&t, "addr:") )
        return;
    offset = number(&t);
    if ( !skip_past(&t, "val:") )
        return;
    value = number(&t);
    if ( !pass->phase )
    {
        /* Firmware's own settings: no guarantee covers them. */
        if ( offset == SMMU_CR0 )
            pass->cr0 = value;
        return;
    }
    switch ( offset )
    {
    case SMMU_GBPA:
        if ( value & GBPA_ABORT )
            note(&reg->abort_written, &reg->first_abort_write, pass->now);
        break;

    case SMMU_CR0:
        if ( (pass->cr0 & ~value) & CR0_SMMUEN )
            note(&reg->disabled, &reg->first_disable, pass->now);
        if ( (value & CR0_SMMUEN) && !reg->enabled_at )
            reg->enabled_at = pass->now;
        pass->cr0 = value;
        break;

    case SMMU_STRTAB_BASE:
    case SMMU_STRTAB_BASE + 4:
    case SMMU_STRTAB_CFG:
        if ( pass->cr0 & CR0_SMMUEN )
            note(&reg->strtab_moved, &reg->first_strtab, pass->now);
        break;
    }
}

static void close_handover(struct pass *pass)
{
    unsigned int i;

    if ( !pass->open )
        return;
    pass->open->closed = true;
    pass->open = NULL;
    for ( i = 0; i < pass->run->nr_masters; i++ )
    {
        struct master *m = &pass->run->master[i];

        if ( m->leaving )
            m->joined = m->leaving = false;
    }
}

static void handover_command(struct pass *pass, enum command cmd)
{
    struct handover *h = pass->open;

    if ( !h )
        return;
    if ( cmd == CMD_TLBI )
        h->tlbi++;
    if ( cmd == CMD_SYNC )
    {
        h->sync++;
        /* What comes after its second SYNC is something else's. */
        if ( h->tlbi || h->sync == 2 )
            close_handover(pass);
    }
}

static void count_command(struct pass *pass, enum command cmd)
{
    struct run *run = pass->run;
    unsigned int i;

    run->reg.commands[cmd]++;
    for ( i = 0; i < run->nr_windows; i++ )
        if ( pass->now >= run->event[run->window[i].begin].time &&
             pass->now <= run->event[run->window[i].end].time )
            run->window[i].commands[cmd]++;
    handover_command(pass, cmd);
}

/*
 * QEMU names each command, and some a second time with their operands.  The
 * names are counted; the second lines stand in where names were not traced.
 */
static void command_name(struct pass *pass, struct text t)
{
    enum command cmd = CMD_OTHER;

    pass->run->reg.syncs_known = true;
    if ( !skip_past(&t, "SMMU_CMD_") )
        return;
    if ( starts(&t, "SYNC") )
        cmd = CMD_SYNC;
    else if ( starts(&t, "TLBI") )
        cmd = CMD_TLBI;
    else if ( starts(&t, "CFGI_STE_RANGE") || starts(&t, "CFGI_ALL") )
        cmd = CMD_CFGI_ALL;
    else if ( starts(&t, "CFGI_STE") )
        cmd = CMD_CFGI_STE;
    count_command(pass, cmd);
}

static void command_detail(struct pass *pass, enum command cmd)
{
    if ( !pass->run->reg.syncs_known )
        count_command(pass, cmd);
}

static void cfgi_ste(struct pass *pass, struct text t)
{
    struct run *run = pass->run;
    struct handover *h;
    int i;

    command_detail(pass, CMD_CFGI_STE);
    if ( !skip_past(&t, "streamid") || !(pass->cr0 & CR0_SMMUEN) )
        return;
    i = find_master(run, number(&t));
    if ( i < 0 || !run->master[i].rmr )
        return;
    stream_changes(pass, &run->master[i]);
    h = pass->open;
    if ( h && (h->master != i || h->sync) )
    {
        close_handover(pass);
        h = NULL;
    }
    if ( !h )
    {
        if ( run->nr_handovers == MAX_SWITCHES )
            return;
        h = pass->open = &run->handover[run->nr_handovers++];
        h->time = pass->now;
        h->master = i;
        h->event = -1;
    }
    h->cfgi++;
}

/* ---- The pass ---- */

static void smmu_event(struct pass *pass, struct text t)
{
    if ( starts(&t, "translate_success ") )
        translated(pass, t);
    else if ( starts(&t, "record_event ") )
    {
        skip_past(&t, " ");
        record_event(pass, t);
    }
    else if ( starts(&t, "translate_abort ") )
        not_translated(pass, t, OUT_ABORTED);
    else if ( starts(&t, "translate_disable ") )
        not_translated(pass, t, OUT_DISABLED);
    else if ( starts(&t, "translate_bypass ") )
        not_translated(pass, t, OUT_BYPASSED);
    else if ( starts(&t, "write_mmio ") )
        write_mmio(pass, t);
    else if ( starts(&t, "cmdq_opcode ") )
        command_name(pass, t);
    else if ( starts(&t, "cmdq_cfgi_ste ") )
        cfgi_ste(pass, t);
    else if ( starts(&t, "cmdq_cfgi_ste_range ") )
        command_detail(pass, CMD_CFGI_ALL);
    else if ( starts(&t, "cmdq_tlbi_") || starts(&t, "range_inval ") )
        command_detail(pass, CMD_TLBI);
    else
        return;
    pass->run->trace_events++;
}

static void advance(struct pass *pass, int64_t time)
{
    struct run *run = pass->run;

    if ( time <= pass->now )
        return;
    pass->now = time;
    while ( pass->phase + 1 < run->nr_phases &&
            time >= run->phase[pass->phase].end )
        pass->phase++;
}

static void trace_line(struct pass *pass, struct text t)
{
    const char *at = memchr(t.s, '@', t.end - t.s < 24 ? t.end - t.s : 24);
    const char *rest;
    int64_t time;

    pass->run->trace_lines++;
    if ( starts(&t, "smmuv3-iommu-memory-region-") )
    {
        translation_failed(pass, t);
        return;
    }
    /* The buffer ends in a newline, so parsing stops there at the match. */
    time = at ? parse_stamp(at + 1, &rest) : -1;
    if ( time < 0 || *rest != ':' )
    {
        if ( skip_past(&t, "resetting ehci HC") )
            pass->run->ehci_alarms++;
        return;
    }
    advance(pass, time);
    t.s = rest + 1;
    if ( starts(&t, "smmuv3_") )
    {
        t.s += 7;
        smmu_event(pass, t);
    }
    else if ( starts(&t, "usb_ehci_dma_error") )
        pass->run->ehci_alarms++;
}

static int read_lines(struct pass *pass, int fd)
{
    static char buffer[BUFFER_SIZE + 1];
    size_t held = 0;
    ssize_t got;

    while ( (got = read(fd, buffer + held, BUFFER_SIZE - held)) > 0 )
    {
        char *line = buffer, *end = buffer + held + got, *nl;

        while ( (nl = memchr(line, '\n', end - line)) )
        {
            trace_line(pass, (struct text){ line, nl });
            line = nl + 1;
        }
        held = end - line;
        if ( held == BUFFER_SIZE )
            held = 0;              /* no line is that long: rubbish */
        memmove(buffer, line, held);
    }

    return got < 0 ? -1 : 0;
}

/* Each console line that ends a hand-over, with the one that began it. */
static void find_windows(struct run *run)
{
    unsigned int i, j;

    for ( i = 0; i < run->nr_events; i++ )
    {
        const struct console_event *b = &run->event[i];

        if ( b->kind != CON_JOIN_BEGIN && b->kind != CON_LEAVE_BEGIN )
            continue;
        for ( j = i + 1; j < run->nr_events; j++ )
            if ( run->event[j].master == b->master &&
                 run->event[j].kind == b->kind + 1 )
                break;
        if ( j == run->nr_events || run->nr_windows == MAX_SWITCHES )
            continue;
        run->window[run->nr_windows].begin = i;
        run->window[run->nr_windows++].end = j;
    }
}

static bool is_account(const struct console_event *e)
{
    return e->master >= 0 &&
           (e->kind == CON_JOIN_END || e->kind == CON_LEAVE_END);
}

/*
 * Xen's account of a hand-over is the first line on that master after it; both
 * come in the same order.
 */
static void match_accounts(struct run *run)
{
    unsigned int i, j;

    for ( j = 0; j < run->nr_events; j++ )
    {
        const struct console_event *e = &run->event[j];
        struct handover *match = NULL;

        for ( i = 0; i < run->nr_handovers && is_account(e); i++ )
        {
            struct handover *h = &run->handover[i];

            if ( h->master == e->master && h->time <= e->time + 1000 &&
                 h->event < 0 )
            {
                match = h;
                break;
            }
        }
        if ( match )
            match->event = j;
    }
}

static void finish(struct pass *pass)
{
    struct run *run = pass->run;
    unsigned int i, j;

    for ( i = 0; i < run->nr_masters; i++ )
    {
        struct master *m = &run->master[i];

        flush_failure(pass, m);
        if ( m->last_dma )
            gap_in_phases(run, m, m->last_dma, run->end);
    }
    for ( i = 0; i < run->nr_probes; i++ )
    {
        static const enum outcome worst_first[] = {
            OUT_BYPASSED, OUT_DISABLED, OUT_TRANSLATED, OUT_ABORTED,
            OUT_FAULTED
        };
        struct probe *p = &run->probe[i];

        for ( j = 0; j < ARRAY_SIZE(worst_first) && !p->outcome; j++ )
            if ( p->count[worst_first[j]] )
                p->outcome = worst_first[j];
    }
    close_handover(pass);
    match_accounts(run);
}

int trace_read(struct run *run)
{
    struct pass pass = { .run = run };
    char path[PATH_MAX + 32];
    int fd, rc;

    snprintf(path, sizeof(path), "%s/trace.log", run->dir);
    fd = open(path, O_RDONLY);
    if ( fd < 0 )
    {
        fprintf(stderr, "analyse: %s: %s; the run is not judged\n", path,
                strerror(errno));
        return -1;
    }
    find_windows(run);
    rc = read_lines(&pass, fd);
    if ( rc )
        fprintf(stderr, "analyse: %s: %s; the run is not judged\n", path,
                strerror(errno));
    close(fd);
    if ( rc )
        return rc;
    finish(&pass);
    if ( !run->trace_events )
    {
        fprintf(stderr, "analyse: %s: holds no SMMU event with a time stamp; "
                "the run is not judged\n", path);
        return -1;
    }

    return 0;
}
