/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the small files of a run folder: scenario, marks, console, telemetry.
 * analyse.c calls it before the trace is read, so that the trace's one pass
 * already knows the phases, the masters and the moments of the probes.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Nothing can be judged of a folder that is broken: name the file, give up. */
static int broken(const char *path, const char *why)
{
    fprintf(stderr, "analyse: %s: %s; the run is not judged\n", path, why);
    return -1;
}

FILE *open_in(const struct run *run, const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", run->dir, name);

    return fopen(path, "r");
}

int64_t parse_stamp(const char *s, const char **rest)
{
    int64_t sec = 0, usec = 0;
    unsigned int digits;

    if ( !isdigit((unsigned char)*s) )
        return -1;
    for ( ; isdigit((unsigned char)*s); s++ )
        sec = sec * 10 + (*s - '0');
    if ( *s++ != '.' )
        return -1;
    for ( digits = 0; isdigit((unsigned char)*s); s++ )
        if ( digits < 6 )
        {
            usec = usec * 10 + (*s - '0');
            digits++;
        }
    for ( ; digits < 6; digits++ )
        usec *= 10;
    if ( rest )
        *rest = s;

    return sec * 1000000 + usec;
}

/* One line of plain ASCII: a serial line can bring anything. */
static void chomp(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    for ( ; *line; line++ )
        if ( *line < ' ' || *line > '~' )
            *line = ' ';
}

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

/* ---- Masters ---- */

int find_master(const struct run *run, uint32_t sid)
{
    unsigned int i;

    for ( i = 0; i < run->nr_masters; i++ )
        if ( run->master[i].sid == sid )
            return i;

    return -1;
}

struct master *add_master(struct run *run, uint32_t sid)
{
    struct master *m;

    if ( run->nr_masters == MAX_MASTERS )
        return NULL;
    m = &run->master[run->nr_masters++];
    m->sid = sid;
    snprintf(m->name, sizeof(m->name), "sid-0x%" PRIx32, sid);

    return m;
}

static void add_known_masters(struct run *run)
{
    size_t i;

    for ( i = 0; i < nr_known_masters; i++ )
    {
        struct master *m = add_master(run, known_masters[i].sid);

        if ( !m )
            return;
        copy(m->name, sizeof(m->name), known_masters[i].name);
        m->autonomous = known_masters[i].autonomous;
    }
}

static struct master *master_by_name(struct run *run, const char *name,
                                     size_t len)
{
    unsigned int i;

    for ( i = 0; i < run->nr_masters; i++ )
        if ( strlen(run->master[i].name) == len &&
             !strncmp(run->master[i].name, name, len) )
            return &run->master[i];

    return NULL;
}

/* Without regions in the scenario every address is taken for the master's. */
bool inside_regions(const struct master *m, uint64_t iova)
{
    unsigned int i;

    for ( i = 0; i < m->nr_regions; i++ )
        if ( iova - m->region[i].base < m->region[i].size )
            return true;

    return m->nr_regions == 0;
}

/* ---- scenario.txt ---- */

/* Xen maps whole pages: the rest of a region's pages is not outside of it. */
static int read_regions(struct master *m, const char *value)
{
    while ( *value )
    {
        char *end;
        uint64_t base = strtoull(value, &end, 0), size;

        if ( end == value || *end != '+' || m->nr_regions == MAX_REGIONS )
            return -1;
        value = end + 1;
        size = strtoull(value, &end, 0);
        if ( end == value || (*end && *end != ',') )
            return -1;
        value = *end ? end + 1 : end;
        if ( !size )
            continue;
        size = ((base + size + 0xfff) & ~0xfffULL) - (base & ~0xfffULL);
        m->region[m->nr_regions++] =
            (struct region){ base & ~0xfffULL, size };
    }

    return 0;
}

static int read_masters(struct run *run, const char *value)
{
    while ( *value )
    {
        size_t len = strcspn(value, ", ");
        struct master *m = master_by_name(run, value, len);

        if ( len && !m && !(len == 4 && !strncmp(value, "none", 4)) )
            return -1;
        if ( m )
            m->rmr = true;
        value += len;
        value += strspn(value, ", ");
    }

    return 0;
}

static int scenario_word(struct run *run, const char *key, const char *value)
{
    const char *dot = strchr(key, '.');
    struct master *m = dot ? master_by_name(run, key, dot - key) : NULL;

    if ( !strcmp(key, "xen") )
        copy(run->xen, sizeof(run->xen), value);
    else if ( !strcmp(key, "name") )
        copy(run->name, sizeof(run->name), value);
    else if ( !strcmp(key, "dom0") )
        run->dom0 = strcmp(value, "0") != 0;
    else if ( !strcmp(key, "until") )
        copy(run->until, sizeof(run->until), value);
    else if ( !strcmp(key, "args") )
        copy(run->args, sizeof(run->args), value);
    else if ( !strcmp(key, "masters") )
        return read_masters(run, value);
    else if ( m && !strcmp(dot, ".region") && !strcmp(value, "none") )
        m->ordinary = true;
    else if ( m && !strcmp(dot, ".region") )
        return read_regions(m, value);
    else if ( m && !strcmp(dot, ".owner") )
    {
        /* Xen keeps the one as firmware asks, the other for its own reasons. */
        m->passthrough = !strcmp(value, "passthrough") ||
                         !strcmp(value, "kept");
        m->ordinary |= !strcmp(value, "refused");
        m->left = !strcmp(value, "left");
        m->guest = !strcmp(value, "guest");
        m->domu = !strcmp(value, "domu");
    }

    return 0;
}

/* Xen's own words for "no SMMU": then nothing is promised. */
static bool iommu_switched_off(const char *args)
{
    return strstr(args, "iommu=no") || strstr(args, "iommu=off") ||
           strstr(args, "iommu=0") || strstr(args, "iommu=false");
}

static int read_scenario(struct run *run)
{
    char path[PATH_MAX + 32], line[2048];
    FILE *f = open_in(run, "scenario.txt", path, sizeof(path));
    unsigned int words = 0, i;

    if ( !f )
        return broken(path, strerror(errno));

    run->dom0 = true;
    while ( fgets(line, sizeof(line), f) )
    {
        char *value = strchr(line, '=');
        size_t len;

        chomp(line);
        if ( line[0] == '#' || !value )
            continue;
        *value++ = '\0';
        len = strlen(value);
        if ( len > 1 && value[0] == '"' && value[len - 1] == '"' )
        {
            value[len - 1] = '\0';
            value++;
        }
        if ( scenario_word(run, line, value) )
        {
            fclose(f);
            fprintf(stderr, "analyse: %s: %s=%s makes no sense; "
                    "the run is not judged\n", path, line, value);
            return -1;
        }
        words++;
    }
    fclose(f);
    for ( i = 0; i < run->nr_masters; i++ )
        run->master[i].rmr &= !run->master[i].ordinary;
    run->no_iommu = iommu_switched_off(run->args);
    if ( !run->until[0] && run->dom0 )
        copy(run->until, sizeof(run->until), "BENCH: done");

    return words ? 0 : broken(path, "holds no key=value word");
}

/* ---- marks.log ---- */

/* begin and missed open a probe; end and result belong to the latest one. */
static void mark_probe(struct run *run, int64_t time, const char *args)
{
    char moment[16], target[24], addr[24], what[8], result[64] = "";
    struct probe *p;

    if ( sscanf(args, "%15s %23s %23s %7s %63[^\n]", moment, target, addr,
                what, result) < 4 )
        return;
    if ( !strcmp(what, "begin") || !strcmp(what, "missed") )
    {
        if ( run->nr_probes == MAX_PROBES )
            return;
        p = &run->probe[run->nr_probes++];
        copy(p->moment, sizeof(p->moment), moment);
        copy(p->target, sizeof(p->target), target);
        p->addr = strtoull(addr, NULL, 0);
        p->begin = time;
        p->missed = what[0] == 'm';
        p->end = p->missed ? time : INT64_MAX;
    }
    if ( !run->nr_probes )
        return;
    p = &run->probe[run->nr_probes - 1];
    if ( strcmp(p->moment, moment) || strcmp(p->target, target) )
        return;
    if ( !strcmp(what, "end") )
    {
        p->end = time;
        copy(p->result, sizeof(p->result), result);
    }
    else if ( !strcmp(what, "result") && !strncmp(result, "back=", 5) )
        copy(p->brought, sizeof(p->brought), result + 5);
}

/* FNV-1a: two pictures are the same if their files are. */
static uint64_t digest_file(const char *path)
{
    uint64_t digest = 0xcbf29ce484222325ULL;
    FILE *f = fopen(path, "r");
    int c;

    if ( !f )
        return 0;
    while ( (c = getc_unlocked(f)) != EOF )
        digest = (digest ^ (uint8_t)c) * 0x100000001b3ULL;
    fclose(f);

    return digest;
}

static int mark_shot(struct run *run, int64_t time, const char *args)
{
    char path[PATH_MAX + 300];
    struct shot *s = realloc(run->shot, (run->nr_shots + 1) * sizeof(*s));

    if ( !s )
        return -1;
    run->shot = s;
    s = &run->shot[run->nr_shots];
    memset(s, 0, sizeof(*s));
    s->time = time;
    /* A bare name means the folder for screenshots. */
    snprintf(s->file, sizeof(s->file), "%s%.*s",
             strchr(args, '/') ? "" : "shots/",
             (int)strcspn(args, " \t"), args);
    snprintf(path, sizeof(path), "%s/%s", run->dir, s->file);
    s->digest = digest_file(path);
    if ( s->digest )
        run->nr_shots++;

    return 0;
}

static int read_marks(struct run *run)
{
    char path[PATH_MAX + 32], line[512];
    FILE *f = open_in(run, "marks.log", path, sizeof(path));
    int rc = 0;

    if ( !f )
        return broken(path, strerror(errno));
    while ( !rc && fgets(line, sizeof(line), f) )
    {
        const char *s;
        int64_t time = parse_stamp(line, &s);

        chomp(line);
        if ( time < 0 )
            continue;
        s += strspn(s, " ");
        if ( !strncmp(s, "start", 5) )
            run->begin = time;
        else if ( !strncmp(s, "probe ", 6) )
            mark_probe(run, time, s + 6);
        else if ( !strncmp(s, "shot ", 5) )
            rc = mark_shot(run, time, s + 5);
        else if ( !strncmp(s, "end", 3) && (!s[3] || s[3] == ' ') )
        {
            run->end = time;
            copy(run->end_reason, sizeof(run->end_reason),
                 s[3] ? s + 4 : "");
        }
    }
    fclose(f);
    if ( !rc && !run->begin )
        rc = broken(path, "has no start mark");

    return rc;
}

/* ---- console.log ---- */

struct matchers {
    regex_t phase[MAX_PHASES], line[16], until, counts;
};

static int compile(regex_t *re, const char *pattern)
{
    char why[128];
    int rc = regcomp(re, pattern, REG_EXTENDED);

    if ( rc )
    {
        regerror(rc, re, why, sizeof(why));
        fprintf(stderr, "analyse: expression \"%s\": %s; the run is not "
                "judged\n", pattern, why);
    }

    return rc ? -1 : 0;
}

static bool phase_exists(const struct run *run, const struct known_phase *p)
{
    return p->when == PHASE_ALWAYS ||
           (p->when != PHASE_WITHOUT_DOM0) == run->dom0;
}

static const struct known_phase *first_guest_phase(void)
{
    size_t i = 0;

    while ( known_phases[i].when != PHASE_WITH_GUEST )
        i++;

    return &known_phases[i];
}

/* Open the next phase that this kind of run has, if one is left. */
static void open_phase(struct run *run, size_t *known, int64_t time)
{
    struct phase *p = &run->phase[run->nr_phases];

    while ( *known < nr_known_phases &&
            !phase_exists(run, &known_phases[*known]) )
        ++*known;
    if ( *known == nr_known_phases )
        return;
    p->known = &known_phases[*known];
    p->name = p->known->name;
    p->begin = time;
    run->guests += p->known == first_guest_phase();
    if ( p->known->when == PHASE_WITH_GUEST && run->guests > 1 )
    {
        snprintf(p->numbered, sizeof(p->numbered), "%.15s-%u", p->name,
                 run->guests);
        p->name = p->numbered;
    }
    run->nr_phases++;
}

/* The phase that a line closes, as its row; or nr_known_phases. */
static size_t closed_phase(const struct matchers *re, size_t known,
                           const char *text)
{
    size_t last = known;

    if ( known == nr_known_phases )
        return known;
    if ( known_phases[known].when == PHASE_WITH_GUEST &&
         &known_phases[known] != first_guest_phase() )
        last++;
    for ( ; known <= last && known < nr_known_phases; known++ )
        if ( known_phases[known].ends &&
             !regexec(&re->phase[known], text, 0, NULL, 0) )
            return known;

    return nr_known_phases;
}

static void next_phase(struct run *run, size_t *known, size_t closed,
                       int64_t time)
{
    if ( run->nr_phases == MAX_PHASES )
        return;                    /* so many guests: the last phase goes on */
    run->phase[run->nr_phases - 1].end = time;
    *known = closed + 1;
    /* A guest is made again. */
    if ( *known == nr_known_phases )
        *known = first_guest_phase() - known_phases;
    open_phase(run, known, time);
}

static int master_of_node(struct run *run, const char *node, size_t len)
{
    const char *name = node;
    struct master *m;
    size_t i;

    for ( i = 0; i < len; i++ )
        if ( node[i] == '/' )
            name = node + i + 1;
    len -= name - node;
    for ( i = 0; i < len && name[i] != '@'; i++ )
        ;
    m = master_by_name(run, name, i);

    return m ? m - run->master : -1;
}

/*
 * Xen may tell of one hand-over twice, once with what it cost: that is one
 * event.
 */
static struct console_event *told_before(struct run *run,
                                         const struct console_event *e)
{
    unsigned int i;

    if ( e->kind != CON_JOIN_END && e->kind != CON_LEAVE_END )
        return NULL;
    for ( i = run->nr_events; i-- > 0; )
    {
        struct console_event *old = &run->event[i];

        if ( old->master != e->master ||
             (old->kind != CON_JOIN_END && old->kind != CON_LEAVE_END) )
            continue;

        return old->kind == e->kind && old->counted != e->counted ? old : NULL;
    }

    return NULL;
}

static void console_event(struct run *run, const struct matchers *re,
                          enum console_kind kind, int64_t time,
                          const char *text, const regmatch_t *node)
{
    struct console_event e = { .kind = kind, .time = time, .master = -1 };
    struct console_event *old;
    regmatch_t n[5];

    /* Of lines that only inform, not so many that others find no room. */
    if ( run->nr_events == MAX_EVENTS ||
         (kind == CON_RMR && run->nr_events > MAX_EVENTS / 2) )
        return;
    copy(e.text, sizeof(e.text), text);
    if ( node->rm_so >= 0 )
        e.master = master_of_node(run, text + node->rm_so,
                                  node->rm_eo - node->rm_so);
    if ( !regexec(&re->counts, text, 5, n, 0) )
    {
        e.counted = true;
        e.stores = strtoul(text + n[1].rm_so, NULL, 10);
        e.cfgi = strtoul(text + n[2].rm_so, NULL, 10);
        e.tlbi = strtoul(text + n[3].rm_so, NULL, 10);
        e.sync = strtoul(text + n[4].rm_so, NULL, 10);
    }
    old = told_before(run, &e);
    if ( !old )
        run->event[run->nr_events++] = e;
    else if ( e.counted )
    {
        e.time = old->time;
        *old = e;
    }
}

static void console_line(struct run *run, const struct matchers *re,
                         int64_t time, const char *text)
{
    regmatch_t m[2];
    size_t i;

    for ( i = 0; i < nr_known_lines; i++ )
        if ( !regexec(&re->line[i], text, 2, m, 0) )
            break;
    if ( i == nr_known_lines )
        return;
    switch ( known_lines[i].kind )
    {
    case CON_RMR_BUG:
        if ( !run->rmr_bugs++ )
            copy(run->first_bug, sizeof(run->first_bug), text);
        break;

    case CON_PANIC:
        /* Once the run has shown what it was for, its end does not matter. */
        if ( !run->until_at && !run->panics++ )
            copy(run->first_panic, sizeof(run->first_panic), text);
        return;

    default:
        break;
    }
    run->rmr_lines++;
    if ( re->line[i].re_nsub == 0 )
        m[1].rm_so = -1;
    console_event(run, re, known_lines[i].kind, time, text, &m[1]);
}

static void console_scan(struct run *run, FILE *f, const struct matchers *re)
{
    char line[2048];
    size_t known = 0, closed;

    open_phase(run, &known, run->begin);
    while ( fgets(line, sizeof(line), f) )
    {
        const char *s;
        int64_t time = parse_stamp(line, &s);

        if ( time < 0 )
            continue;
        chomp(line);
        s += *s == ' ';
        console_line(run, re, time, s);
        if ( run->until[0] && !run->until_at &&
             !regexec(&re->until, s, 0, NULL, 0) )
            run->until_at = time;
        closed = closed_phase(re, known, s);
        if ( closed < nr_known_phases )
            next_phase(run, &known, closed, time);
        if ( time > run->end && !run->end_reason[0] )
            run->end = time;
    }
}

static int read_console(struct run *run)
{
    char path[PATH_MAX + 32];
    FILE *f = open_in(run, "console.log", path, sizeof(path));
    static struct matchers re;
    size_t i;

    if ( !f )
        return broken(path, strerror(errno));
    for ( i = 0; i < nr_known_phases; i++ )
        if ( known_phases[i].ends &&
             compile(&re.phase[i], known_phases[i].ends) )
            return -1;
    for ( i = 0; i < nr_known_lines; i++ )
        if ( compile(&re.line[i], known_lines[i].pattern) )
            return -1;
    if ( compile(&re.until, run->until) ||
         compile(&re.counts, handover_counts) )
        return -1;

    console_scan(run, f, &re);
    fclose(f);
    /* Without an expression the bench's own word is all there is. */
    if ( !run->until[0] && !strcmp(run->end_reason, "done") )
        run->until_at = run->end;

    for ( i = 0; i < nr_known_phases; i++ )
        if ( known_phases[i].ends )
            regfree(&re.phase[i]);
    for ( i = 0; i < nr_known_lines; i++ )
        regfree(&re.line[i]);
    regfree(&re.until);
    regfree(&re.counts);

    return 0;
}

/* ---- telemetry.log ---- */

static void telemetry_word(struct sample *s, const char *word)
{
    const char *value = strchr(word, '=');

    if ( !value++ )
        return;
    if ( !strncmp(word, "frames=", 7) )
        s->frames = strtoull(value, NULL, 0);
    else if ( !strncmp(word, "ticks=", 6) )
        s->ticks = strtoull(value, NULL, 0);
    else if ( !strncmp(word, "faults=", 7) )
        s->faults = strtoull(value, NULL, 0);
    else if ( !strncmp(word, "reinits=", 8) )
        s->reinits = strtoull(value, NULL, 0);
    else if ( !strncmp(word, "state=", 6) )
        copy(s->state, sizeof(s->state), value);
    else if ( !strncmp(word, "ehci=", 5) || !strncmp(word, "ehci_state=", 11) )
        copy(s->ehci, sizeof(s->ehci), value);
}

/* Absent or empty is not broken: a run without the display has none. */
static int read_telemetry(struct run *run)
{
    char path[PATH_MAX + 32], line[512];
    FILE *f = open_in(run, "telemetry.log", path, sizeof(path));

    if ( !f )
        return 0;
    while ( fgets(line, sizeof(line), f) )
    {
        const char *rest;
        char *word, *save;
        struct sample *s, *more;
        int64_t time = parse_stamp(line, &rest);

        if ( time < 0 )
            continue;
        chomp(line);
        more = realloc(run->sample, (run->nr_samples + 1) * sizeof(*more));
        if ( !more )
        {
            fclose(f);
            return broken(path, strerror(ENOMEM));
        }
        run->sample = more;
        s = &run->sample[run->nr_samples++];
        memset(s, 0, sizeof(*s));
        s->time = time;
        for ( word = strtok_r(line + (rest - line), " ", &save); word;
              word = strtok_r(NULL, " ", &save) )
            telemetry_word(s, word);
    }
    fclose(f);

    return 0;
}

/*
 * Frames of a phase: between the first and the last sample in it.  A phase too
 * short for two samples is measured between the samples around it.
 */
static void count_frames(const struct run *run, struct phase *p)
{
    size_t i, first = SIZE_MAX, last = 0, before = SIZE_MAX, after = SIZE_MAX;

    for ( i = 0; i < run->nr_samples; i++ )
    {
        int64_t t = run->sample[i].time;

        if ( t < p->begin )
            before = i;
        else if ( t < p->end )
        {
            if ( first == SIZE_MAX )
                first = i;
            last = i;
        }
        else if ( after == SIZE_MAX )
            after = i;
    }
    if ( first == SIZE_MAX || first == last )
    {
        first = before != SIZE_MAX ? before : first;
        last = after != SIZE_MAX ? after : last;
    }
    p->frames_known = first != SIZE_MAX && last > first;
    if ( !p->frames_known )
        return;
    p->frames = (int64_t)(run->sample[last].frames -
                          run->sample[first].frames);
    /* A probe that holds Xen's CPUs can hold up QEMU's others as well. */
    p->stalled = run->sample[last].ticks == run->sample[first].ticks &&
                 run->sample[run->nr_samples - 1].ticks >
                 run->sample[last].ticks;
}

static void close_phases(struct run *run)
{
    unsigned int i, j;

    if ( run->end <= run->begin )
        run->end = run->begin + 1;
    for ( i = 0; i < run->nr_phases; i++ )
    {
        struct phase *p = &run->phase[i];

        if ( !p->end )
            p->end = run->end;
        count_frames(run, p);
        for ( j = 0; j < run->nr_masters; j++ )
            run->master[j].tally[i].frames =
                !strcmp(run->master[j].name, "display") && p->frames_known
                ? p->frames : -1;
    }
    for ( i = 0; i < run->nr_probes; i++ )
        if ( run->probe[i].end == INT64_MAX )
            run->probe[i].end = run->end;
}

int folder_read(struct run *run, const char *dir)
{
    copy(run->dir, sizeof(run->dir), dir);
    add_known_masters(run);
    if ( read_scenario(run) || read_marks(run) || read_console(run) ||
         read_telemetry(run) )
        return -1;
    if ( !run->xen[0] )
        copy(run->xen, sizeof(run->xen), "unknown");
    close_phases(run);

    return 0;
}

void folder_free(struct run *run)
{
    size_t i;

    for ( i = 0; i < run->nr_reasons; i++ )
        free(run->reason[i]);
    free(run->reason);
    free(run->sample);
    free(run->shot);
}
