/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves the analyser: writes run folders of a made-up machine and has the
 * real program judge them.  `make check` calls it with the program and a
 * scratch folder.  One run passes by every rule; every other differs from it in
 * one thing, and must fail by the rule that the thing breaks.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define START  1700000000.0        /* of all made-up runs */

static const char *analyse, *scratch;

/* What a test changes about the good run. */
struct change {
    const char *name, *rule, *reason;      /* reason: how one must begin */
    const char *status;                    /* of the rule; NULL: fail */
    const char *trace[6], *console[6], *marks[4];    /* "+seconds text" */
    const char *drop_trace, *drop_console, *drop_marks;
    double drop_from;                      /* seconds; earlier lines stay */
    const char *scenario[4];
    const char *telemetry;                 /* of the last sample */
    const char *qemu_err;
    double stalled_to;                     /* from +2.9, frames and ticks */
    bool frozen_picture, silence, no_wav, standing_frames, no_telemetry;
    bool guest;                            /* one is made, gets the display */
};

/* ---- Writing a folder ---- */

struct line {
    double time;
    unsigned int number;
    char text[200];
};

struct lines {
    struct line line[8192];
    unsigned int nr;
};

static void add(struct lines *l, double time, const char *fmt, ...)
{
    struct line *n = &l->line[l->nr];
    va_list ap;

    assert_true(l->nr < 8192);
    n->time = time;
    n->number = l->nr++;
    va_start(ap, fmt);
    vsnprintf(n->text, sizeof(n->text), fmt, ap);
    va_end(ap);
}

static void add_extra(struct lines *l, const char *const extra[], size_t max)
{
    size_t i;

    for ( i = 0; i < max && extra[i]; i++ )
    {
        char *text;
        double time = strtod(extra[i], &text);

        add(l, time, "%s", text + 1);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if ( x->time != y->time )
        return x->time < y->time ? -1 : 1;

    return x->number < y->number ? -1 : 1;
}

static FILE *create(const char *dir, const char *name)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);

    return f;
}

static void write_lines(struct lines *l, const char *dir, const char *name,
                        bool trace, const char *drop, double drop_from)
{
    FILE *f = create(dir, name);
    unsigned int i;

    qsort(l->line, l->nr, sizeof(l->line[0]), by_time);
    for ( i = 0; i < l->nr; i++ )
    {
        const struct line *n = &l->line[i];

        if ( drop && n->time >= drop_from && strstr(n->text, drop) )
            continue;
        if ( trace && !strncmp(n->text, "smmuv3-iommu", 12) )
            fprintf(f, "%s\n", n->text);
        else if ( trace )
            fprintf(f, "77@%.6f:%s\n", START + n->time, n->text);
        else
            fprintf(f, "%.6f %s\n", START + n->time, n->text);
    }
    fclose(f);
    l->nr = 0;
}

/* ---- The good run ---- */

#define ENABLE   1.5
#define JOIN     2.9
#define CREATE   6.2                       /* of a guest, if there is one ... */
#define MADE     6.5
#define UP       7.0
#define DESTROY  7.5
#define GONE     7.7                       /* ... until here */
#define END      9.0

static void good_dma(struct lines *l, unsigned int sid, uint64_t iova,
                     double period)
{
    double t;

    for ( t = 0.2; t < END; t += period )
        if ( t < ENABLE )
            add(l, t, "smmuv3_translate_disable smmuv3-iommu-memory-region-%u-1"
                " sid=0x%x bypass (smmu disabled) iova:0x%" PRIx64
                " is_write=0", sid, sid, iova);
        else
            add(l, t, "smmuv3_translate_success smmuv3-iommu-memory-region-%u-1"
                " sid=0x%x iova=0x%" PRIx64 " translated=0x%" PRIx64
                " perm=0x1 stage=2", sid, sid, iova, iova);
}

static void good_handover(struct lines *l, unsigned int sid, double t)
{
    add(l, t, "smmuv3_cmdq_opcode <--- SMMU_CMD_CFGI_STE");
    add(l, t, "smmuv3_cmdq_cfgi_ste streamid= 0x%x", sid);
    add(l, t, "smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC");
    add(l, t, "smmuv3_cmdq_opcode <--- SMMU_CMD_TLBI_S12_VMALL");
    add(l, t, "smmuv3_cmdq_tlbi_s12_vmid vmid=%u", sid);
    add(l, t, "smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC");
}

static void good_probe_hit(struct lines *l, double t, uint64_t iova)
{
    add(l, t, "smmuv3_translate_success smmuv3-iommu-memory-region-32-4 "
        "sid=0x20 iova=0x%" PRIx64 " translated=0x%" PRIx64 " perm=0x1 stage=2",
        iova, iova);
}

static void good_probe_fault(struct lines *l, double t, uint64_t iova)
{
    add(l, t, "smmuv3-iommu-memory-region-32-4 translation failed for "
        "iova=0x%" PRIx64 " (SMMU_EVT_F_TRANSLATION)", iova);
    add(l, t, "smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x20");
}

static const struct {
    double time;
    const char *moment, *target;
    uint64_t addr;
    bool hit;
} good_probes[] = {
    { 2.50, "boot",   "region",  0x61200000, true },
    { 2.55, "boot",   "dom0ram", 0x70000000, false },
    { 2.60, "boot",   "xen",     0x44000000, false },
    { 2.65, "boot",   "mmio",    0x08000000, false },
    { 5.00, "joined", "region",  0x61200000, true },
    { 5.05, "joined", "dom0ram", 0x70000000, true },
    { 5.10, "joined", "xen",     0x44000000, false },
    { 5.15, "joined", "mmio",    0x08000000, false },
};
#define NR_PROBES  (sizeof(good_probes) / sizeof(good_probes[0]))

static void trace(struct lines *l, const char *dir, const struct change *c)
{
    unsigned int i;

    good_dma(l, 0x08, 0x60000000, 0.1);
    good_dma(l, 0x10, 0x61000000, 0.05);
    good_dma(l, 0x18, 0x61100000, 0.05);
    add(l, 1.4, "smmuv3_write_mmio addr: 0x80 val:0x40000000d0000000 "
        "size: 0x8(0)");
    add(l, 1.41, "smmuv3_write_mmio addr: 0x20 val:0x0 size: 0x4(0)");
    add(l, 1.45, "smmuv3_cmdq_opcode <--- SMMU_CMD_CFGI_STE_RANGE");
    add(l, 1.45, "smmuv3_cmdq_cfgi_ste_range start=0x0 - end=0xffffffff");
    add(l, ENABLE - 0.001, "smmuv3_write_mmio addr: 0x20 val:0xd "
        "size: 0x4(0)");
    for ( i = c->guest; i < 4; i++ )
        good_handover(l, 8 + 8 * i, JOIN + i * 0.001);
    if ( c->guest )
    {
        good_handover(l, 8, CREATE + 0.1);
        good_handover(l, 8, DESTROY + 0.05);
    }
    for ( i = 0; i < NR_PROBES; i++ )
        if ( good_probes[i].hit )
            good_probe_hit(l, good_probes[i].time + 0.01, good_probes[i].addr);
        else
            good_probe_fault(l, good_probes[i].time + 0.01,
                             good_probes[i].addr);
    add_extra(l, c->trace, 6);
    write_lines(l, dir, "trace.log", true, c->drop_trace, c->drop_from);
}

static void guest_console(struct lines *l)
{
    add(l, CREATE, "BENCH: xl-create:display begin");
    add(l, CREATE + 0.15, "(XEN) rmr: /display@10000000: join d1: 1 STE stores, "
        "1 CFGI_STE, 1 TLBI, 2 SYNC");
    add(l, MADE, "BENCH: xl-create:display end status=0");
    add(l, MADE + 0.1, "guest display: [    0.0] Booting Linux on physical CPU");
    add(l, MADE + 0.1, "BENCH: guest-wait:display:GUEST: up begin");
    add(l, UP, "guest display: GUEST: up");
    add(l, DESTROY, "BENCH: xl-destroy:display begin");
    add(l, DESTROY + 0.1, "(XEN) rmr: /display@10000000: leave d1: 1 STE stores, "
        "1 CFGI_STE, 1 TLBI, 2 SYNC");
    add(l, GONE, "BENCH: xl-destroy:display end status=0");
}

static void console(struct lines *l, const char *dir, const struct change *c)
{
    static const char *const node[] = {
        "/display@10000000", "/audio@3eff1000", "/ehci@10010000",
        "/edu@10100000"
    };
    unsigned int i;

    add(l, 0.3, "FW: display: slot 1");
    add(l, 1.0, "FW: entering Xen");
    for ( i = 0; i < 4; i++ )
    {
        add(l, 1.6, "(XEN) rmr: %s: SMMU /smmuv3@9050000 sid 0x%x kept",
            node[i], 8 + 8 * i);
        if ( i || !c->guest )
            add(l, JOIN + 0.05 + i * 0.01, "(XEN) rmr: %s: join d0: 1 STE "
                "stores, 1 CFGI_STE, 1 TLBI, 2 SYNC", node[i]);
    }
    if ( c->guest )
        guest_console(l);
    add(l, 2.0, "(XEN) I/O virtualisation enabled");
    add(l, 3.0, "(XEN) Freed 400kB init memory.");
    add(l, 6.0, "BENCH: user space");
    add(l, 8.0, "BENCH: done");
    add_extra(l, c->console, 6);
    write_lines(l, dir, "console.log", false, c->drop_console, c->drop_from);
}

static void marks(struct lines *l, const char *dir, const struct change *c)
{
    unsigned int i;

    add(l, 0, "start made-up");
    for ( i = 0; i < NR_PROBES; i++ )
    {
        add(l, good_probes[i].time, "probe %s %s 0x%" PRIx64 " begin",
            good_probes[i].moment, good_probes[i].target, good_probes[i].addr);
        add(l, good_probes[i].time + 0.03, "probe %s %s 0x%" PRIx64 " end done",
            good_probes[i].moment, good_probes[i].target, good_probes[i].addr);
    }
    for ( i = 0; i < 9; i++ )
    {
        char name[32];
        FILE *f;

        add(l, i + 0.5, "shot shots/%03u.png", i);
        snprintf(name, sizeof(name), "shots/%03u.png", i);
        f = create(dir, name);
        fprintf(f, "P3 2 1 255 255 0 0 0 0 %u\n",
                c->frozen_picture && i > 3 ? 3u : i);
        fclose(f);
    }
    add(l, END, "end done");
    add_extra(l, c->marks, 4);
    write_lines(l, dir, "marks.log", false, c->drop_marks, 0);
}

static void telemetry(struct lines *l, const char *dir, const struct change *c)
{
    unsigned int frames = 0, ticks = 0;
    double t;

    for ( t = 0.3; t < END; t += 0.25 )
    {
        bool stalled = t > 2.9 && t < c->stalled_to;

        ticks += stalled ? 0 : 2;
        if ( !stalled && !(c->standing_frames && t > 4) )
            frames += 2;
        add(l, t, "frames=%u faults=0 reinits=0 state=1 ticks=%u ehci=1",
            frames, ticks);
    }
    if ( c->telemetry )
        add(l, END, "frames=%u ticks=%u %s", frames + 1, ticks + 1,
            c->telemetry);
    write_lines(l, dir, "telemetry.log", false, NULL, 0);
}

static void scenario(const char *dir, const struct change *c)
{
    FILE *f = create(dir, "scenario.txt");
    unsigned int i;

    fputs("xen=ours\nname=made-up\n", f);
    if ( !c->scenario[0] || strncmp(c->scenario[0], "masters=", 8) )
        fputs("masters=display,audio,ehci,edu\n", f);
    fputs("display.region=0x60000000+0x1000000\n"
          "audio.region=0x61000000+0x100000\n"
          "ehci.region=0x61100000+0x100000\nedu.region=0x61200000+0x10000\n"
          "dom0=full\nuntil=BENCH: done\n", f);
    if ( c->guest )
        fputs("display.owner=guest\n", f);
    for ( i = 0; i < 4 && c->scenario[i]; i++ )
        fprintf(f, "%s\n", c->scenario[i]);
    fclose(f);
}

static void audio(const char *dir, const struct change *c)
{
    static const char header[] =
        "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x88\x15\0\0\x10\x2b\0\0"
        "\2\0\x10\0"
        "data\0\0\0";              /* and the string's own last zero */
    FILE *f;
    unsigned int i;

    if ( c->no_wav )
        return;
    f = create(dir, "audio.wav");
    fwrite(header, sizeof(header), 1, f);
    for ( i = 0; i < 5000; i++ )
    {
        bool zero = i < 200 || i % 8 == 0 ||
                    (c->silence && i > 2000 && i < 2100);

        putc(zero ? 0 : 0x34, f);
        putc(zero ? 0 : 0x12, f);
    }
    fclose(f);
}

static void write_run(const char *dir, const struct change *c)
{
    static struct lines l;
    char path[512];
    FILE *f;

    mkdir(dir, 0777);
    snprintf(path, sizeof(path), "%s/shots", dir);
    mkdir(path, 0777);
    trace(&l, dir, c);
    console(&l, dir, c);
    marks(&l, dir, c);
    telemetry(&l, dir, c);
    scenario(dir, c);
    audio(dir, c);
    f = create(dir, "qemu.err");
    fputs(c->qemu_err ? c->qemu_err : "", f);
    fclose(f);
    if ( c->no_telemetry )
    {
        snprintf(path, sizeof(path), "%s/telemetry.log", dir);
        unlink(path);
    }
}

/* ---- Running the program ---- */

static int run_analyse(const char *dir, const char *baseline)
{
    char out[520];
    pid_t pid;
    int status;

    snprintf(out, sizeof(out), "%s.out", dir);
    pid = fork();
    assert_true(pid >= 0);
    if ( pid == 0 )
    {
        if ( !freopen(out, "w", stdout) || !freopen(out, "a", stderr) )
            _exit(126);
        if ( baseline )
            execl(analyse, analyse, dir, "--baseline", baseline, NULL);
        else
            execl(analyse, analyse, dir, "--no-pictures", NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));

    return WEXITSTATUS(status);
}

static json_t *load(const char *dir)
{
    char path[512];
    json_t *root;

    snprintf(path, sizeof(path), "%s/report.json", dir);
    root = json_load_file(path, 0, NULL);
    assert_non_null(root);

    return root;
}

static const char *rule_status(json_t *root, const char *id)
{
    json_t *rule;
    size_t i;

    json_array_foreach(json_object_get(root, "rules"), i, rule)
        if ( !strcmp(json_string_value(json_object_get(rule, "id")), id) )
            return json_string_value(json_object_get(rule, "status"));

    return "no such rule";
}

static void directory(char *dir, size_t size, const char *name)
{
    snprintf(dir, size, "%s/%s", scratch, name);
}

/* ---- Tests ---- */

static void good_run(void **state)
{
    static const struct change none;
    char dir[256];
    json_t *root, *rule;
    size_t i;

    (void)state;
    directory(dir, sizeof(dir), "good");
    write_run(dir, &none);
    assert_int_equal(run_analyse(dir, NULL), 0);
    root = load(dir);
    assert_string_equal(json_string_value(json_object_get(root, "verdict")),
                        "pass");
    assert_int_equal(json_array_size(json_object_get(root, "reasons")), 0);
    assert_int_equal(json_array_size(json_object_get(root, "masters")), 4);
    assert_int_equal(json_array_size(json_object_get(root, "handovers")), 4);
    json_array_foreach(json_object_get(root, "rules"), i, rule)
        assert_string_equal(json_string_value(json_object_get(rule, "status")),
                            "pass");
    json_decref(root);
}

/* The good run's counts, known beforehand. */
static void counts(void **state)
{
    char dir[256];
    json_t *root, *phase;
    size_t i;
    json_int_t on = 0, off = 0;

    (void)state;
    directory(dir, sizeof(dir), "good");
    root = load(dir);
    json_array_foreach(json_object_get(json_array_get(
        json_object_get(root, "masters"), 0), "phases"), i, phase)
    {
        on += json_integer_value(json_object_get(phase, "translated"));
        off += json_integer_value(json_object_get(phase, "bypassed"));
        assert_in_range(json_number_value(json_object_get(phase,
                        "longest_gap_ms")), 95, 105);
    }
    assert_in_range(off, 13, 14);          /* 0.2 to 1.5 s, ten a second */
    assert_in_range(on, 74, 76);           /* 1.5 to 9 s */
    json_decref(root);
}

#define AT_DISPLAY(what) "smmuv3_translate_" what " smmuv3-iommu-memory-" \
                         "region-8-1 sid=0x8 "
#define FAILED(devfn, iova) "smmuv3-iommu-memory-region-" devfn "-1 " \
                            "translation failed for iova=" iova \
                            " (SMMU_EVT_F_TRANSLATION)"
#define EVENT(sid)  "smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=" sid
#define HIT(sid, iova) "smmuv3_translate_success m sid=" sid " iova=" iova \
                       " translated=" iova " perm=0x1 stage=2"
#define COUNTS(n)   "join d0: 1 STE stores, 1 CFGI_STE, " n " TLBI, 2 SYNC"

static const struct change changes[] = {
    { .name = "fault-inside", .rule = "no-abort",
      .reason = "G1:display:dom0-boot: 1 faults F_TRANSLATION first at +4.0",
      .trace = { "+4.01 " FAILED("8", "0x60000040"), "+4.01 " EVENT("0x8") } },
    { .name = "fault-without-address", .rule = "no-abort", .reason = "G1:audio",
      .trace = { "+4.01 " EVENT("0x10") } },
    { .name = "fault-without-event", .rule = "no-abort",
      .reason = "G1:ehci:dom0-boot: 1 faults silent F_TRANSLATION",
      .trace = { "+4.01 " FAILED("24", "0x61100040") } },
    { .name = "fault-outside", .rule = "no-abort", .status = "pass",
      .trace = { "+4.01 " FAILED("8", "0x70000000"), "+4.01 " EVENT("0x8") } },
    { .name = "fault-behind-region", .rule = "no-abort", .status = "pass",
      .trace = { "+4.01 " FAILED("8", "0x61000000"), "+4.01 " EVENT("0x8") } },
    { .name = "ste-abort", .rule = "registers", .reason = "REG:STE",
      .trace = { "+4.01 " AT_DISPLAY("abort")
                 "abort on iova:0x60000000 is_write=0" } },
    { .name = "abort-inside", .rule = "no-abort",
      .reason = "G1:display:dom0-boot: 1 aborts by STE",
      .trace = { "+4.01 " AT_DISPLAY("abort")
                 "abort on iova:0x60000000 is_write=0" } },
    { .name = "astray", .rule = "own-memory", .reason = "G1:display:dom0-user",
      .trace = { "+7.01 " AT_DISPLAY("success") "iova=0x60001000 "
                 "translated=0x60002000 perm=0x1 stage=2" } },
    { .name = "ste-bypass", .rule = "no-bypass", .reason = "G2:display:probe",
      .trace = { "+1.71 " AT_DISPLAY("bypass")
                 "STE bypass iova:0x60000000 is_write=0" } },
    { .name = "bypass-of-another", .rule = "no-bypass",
      .reason = "G2:sid-0x30:dom0-boot",
      .trace = { "+3.71 smmuv3_translate_disable m sid=0x30 bypass (smmu "
                 "disabled) iova:0x50000000 is_write=0" } },
    { .name = "reach-in-boot", .rule = "no-more",
      .reason = "G3:display:dom0-build",
      .trace = { "+2.51 " HIT("0x8", "0x70000000") } },
    { .name = "reach-when-joined", .rule = "no-more", .status = "pass",
      .trace = { "+2.95 " HIT("0x8", "0x70000000") } },
    { .name = "reach-after-leave", .rule = "no-more",
      .reason = "G3:display:dom0-user",
      .console = { "+6.5 (XEN) rmr: /display@10000000: leave d0: 1 STE stores, "
                   "1 CFGI_STE, 1 TLBI, 2 SYNC" },
      .trace = { "+7 " HIT("0x8", "0x70000000") } },
    { .name = "reach-of-passthrough", .rule = "no-more",
      .reason = "G3:display:dom0-user",
      .scenario = { "display.owner=passthrough" },
      .trace = { "+7 " HIT("0x8", "0x70000000") } },
    { .name = "probe-gets-through", .rule = "probes",
      .reason = "PROBE:edu:boot:xen",
      .trace = { "+2.61 " HIT("0x20", "0x44000000") } },
    { .name = "probe-blocked", .rule = "probes",
      .reason = "PROBE:edu:boot:region",
      .drop_trace = "iova=0x61200000" },
    { .name = "probe-not-joined", .rule = "probes",
      .reason = "PROBE:edu:joined:dom0ram: 0x70000000 was none",
      .drop_trace = "translated=0x70000000" },
    { .name = "probe-of-passthrough", .rule = "probes",
      .reason = "PROBE:edu:joined:dom0ram",
      .scenario = { "edu.owner=passthrough" } },
    { .name = "probe-of-refused", .rule = "probes",
      .reason = "PROBE:edu:boot:region: 0x61200000 was translated",
      .scenario = { "edu.owner=refused" } },
    { .name = "refused-is-blocked", .rule = "probes", .status = "pass",
      .scenario = { "edu.owner=refused" },
      .drop_trace = "translated=0x61200000",
      .trace = { "+2.51 " FAILED("32", "0x61200000"),
                 "+2.51 " EVENT("0x20") } },
    { .name = "refused-is-no-g1", .rule = "no-abort", .status = "pass",
      .scenario = { "edu.owner=refused" },
      .trace = { "+2.51 " FAILED("32", "0x61200000"),
                 "+2.51 " EVENT("0x20") } },
    { .name = "probe-of-ordinary", .rule = "probes",
      .reason = "PROBE:edu:boot:region: 0x61200000 was translated",
      .scenario = { "edu.region=none" } },
    { .name = "probe-of-left", .rule = "probes",
      .reason = "PROBE:edu:user:dom0ram: 0x70000000 was translated",
      .scenario = { "edu.owner=left" },
      .marks = { "+7 probe user dom0ram 0x70000000 begin",
                 "+7.03 probe user dom0ram 0x70000000 end done" },
      .trace = { "+7.01 " HIT("0x20", "0x70000000") } },
    { .name = "probe-missed", .rule = "probes",
      .reason = "PROBE:edu:pending:xen: never made",
      .marks = { "+7 probe pending xen - missed" } },
    { .name = "device-has-data", .rule = "probes",
      .reason = "PROBE:edu:boot:xen: 0x44000000 was faulted, but",
      .marks = { "+2.64 probe boot xen 0x44000000 result back=target-data" } },
    { .name = "device-has-none", .rule = "probes",
      .reason = "PROBE:edu:joined:region: 0x61200000 was translated, but",
      .marks = { "+5.04 probe joined region 0x61200000 result back=no-data" } },
    { .name = "no-probes", .rule = "probes", .status = "n/a",
      .drop_marks = "probe " },
    { .name = "standing-frames", .rule = "frames", .standing_frames = true,
      .reason = "FRAMES:display:dom0-user" },
    { .name = "held-up", .rule = "frames", .status = "pass", .stalled_to = 6.1 },
    { .name = "held-up-for-good", .rule = "frames", .stalled_to = END + 1,
      .reason = "FRAMES:display:dom0-boot" },
    { .name = "no-telemetry", .rule = "frames", .no_telemetry = true,
      .reason = "FRAMES:display" },
    { .name = "display-fault", .rule = "telemetry", .reason = "TELEMETRY:",
      .telemetry = "faults=1 reinits=0 state=1" },
    { .name = "display-restart", .rule = "telemetry", .reason = "TELEMETRY:",
      .telemetry = "faults=0 reinits=1 state=1" },
    { .name = "display-dead", .rule = "telemetry", .reason = "TELEMETRY:",
      .telemetry = "faults=0 reinits=0 state=3" },
    { .name = "frozen", .rule = "picture", .frozen_picture = true,
      .reason = "PICTURE:display:dom0-user: frozen since +3.5" },
    { .name = "audio-dies", .rule = "alive", .reason = "ALIVE:audio:dom0-user",
      .drop_trace = "sid=0x10 ", .drop_from = 5.5 },
    { .name = "audio-silent", .rule = "audio", .silence = true,
      .reason = "AUDIO: 100 samples lost in 1" },
    { .name = "no-recording", .rule = "audio", .no_wav = true,
      .reason = "AUDIO:" },
    { .name = "ehci-stderr", .rule = "ehci-alarm", .reason = "EHCI:",
      .qemu_err = "processing error - resetting ehci HC\n" },
    { .name = "ehci-trace", .rule = "ehci-alarm", .reason = "EHCI:",
      .trace = { "+4.2 usb_ehci_dma_error " } },
    { .name = "ehci-telemetry", .rule = "ehci-alarm", .reason = "EHCI:",
      .telemetry = "faults=0 reinits=0 state=1 ehci=3" },
    { .name = "gbpa", .rule = "registers", .reason = "REG:GBPA",
      .trace = { "+1.2 smmuv3_write_mmio addr: 0x44 val:0x80100000 "
                 "size: 0x4(0)" } },
    { .name = "gbpa-of-firmware", .rule = "registers", .status = "pass",
      .trace = { "+0.2 smmuv3_write_mmio addr: 0x44 val:0x80100000 "
                 "size: 0x4(0)" } },
    { .name = "smmuen-cleared", .rule = "registers", .reason = "REG:CR0",
      .trace = { "+1.7 smmuv3_write_mmio addr: 0x20 val:0x0 size: 0x4(0)",
                 "+1.701 smmuv3_write_mmio addr: 0x20 val:0xd size: 0x4(0)" } },
    { .name = "strtab-moved", .rule = "registers", .reason = "REG:STRTAB",
      .trace = { "+1.7 smmuv3_write_mmio addr: 0x80 val:0xd0000000 "
                 "size: 0x8(0)" } },
    { .name = "no-tlbi", .rule = "switch",
      .reason = "SWITCH:display: at +2.900 s 1 CFGI_STE, 0 TLBI",
      .drop_trace = "TLBI" },
    { .name = "no-cfgi", .rule = "switch",
      .reason = "SWITCH:display: Xen tells",
      .drop_trace = "streamid= 0x8" },
    { .name = "other-account", .rule = "switch",
      .reason = "SWITCH:display: at +2.900 s Xen tells",
      .drop_console = "/display@10000000: join",
      .console = { "+2.94 (XEN) rmr: /display@1: " COUNTS("2") } },
    { .name = "told-twice", .rule = "switch", .status = "pass",
      .console = { "+2.945 (XEN) rmr: /display@10000000: joined d0" } },
    { .name = "told-for-nothing", .rule = "switch",
      .reason = "SWITCH:edu: Xen tells of a hand-over",
      .console = { "+7 (XEN) rmr: /edu@10100000: left d0" } },
    { .name = "not-joined", .rule = "switch",
      .reason = "SWITCH:ehci: dom0 runs", .drop_trace = "streamid= 0x18" },
    { .name = "handed-over-passthrough", .rule = "switch",
      .reason = "SWITCH:audio: is to stay",
      .scenario = { "audio.owner=passthrough" } },
    { .name = "handed-over-kept", .rule = "switch",
      .reason = "SWITCH:audio: is to stay",
      .scenario = { "audio.owner=kept" } },
    { .name = "never-left", .rule = "switch",
      .reason = "SWITCH:audio: should have left",
      .scenario = { "audio.owner=left" } },
    { .name = "not-joined-by-a-domu", .rule = "switch",
      .reason = "SWITCH:ehci: the domU ran", .drop_trace = "streamid= 0x18",
      .scenario = { "ehci.owner=domu" } },
    { .name = "joined-by-a-domu", .rule = "switch", .status = "pass",
      .scenario = { "ehci.owner=domu" } },
    { .name = "handed-over-refused", .rule = "switch",
      .reason = "SWITCH:edu: Xen tells of a hand-over",
      .scenario = { "edu.owner=refused" } },
    { .name = "guest", .rule = "switch", .status = "pass", .guest = true },
    { .name = "guest-faults", .rule = "no-abort", .guest = true,
      .reason = "G1:display:guest-boot: 1 faults F_TRANSLATION first at +6.8",
      .trace = { "+6.81 " FAILED("8", "0x60000040"), "+6.81 " EVENT("0x8") } },
    { .name = "guest-reaches-its-own", .rule = "no-more", .status = "pass",
      .guest = true, .trace = { "+7.2 " HIT("0x8", "0x48000000") } },
    { .name = "reach-before-guest", .rule = "no-more", .guest = true,
      .reason = "G3:display:dom0-user",
      .trace = { "+6.1 " HIT("0x8", "0x48000000") } },
    { .name = "reach-after-guest", .rule = "no-more", .guest = true,
      .reason = "G3:display:destroyed",
      .trace = { "+7.9 " HIT("0x8", "0x48000000") } },
    { .name = "guest-never-up", .rule = "no-abort", .guest = true,
      .drop_console = "guest display: GUEST",
      .reason = "G1:display:destroyed",
      .trace = { "+7.9 " FAILED("8", "0x60000040"), "+7.9 " EVENT("0x8") } },
    { .name = "second-guest", .rule = "no-abort", .guest = true,
      .reason = "G1:display:create-2: 1 faults",
      .console = { "+7.8 BENCH: xl-create:plain begin",
                   "+8.3 BENCH: xl-create:plain end status=0",
                   "+8.5 guest plain: GUEST: up" },
      .trace = { "+7.9 " FAILED("8", "0x60000040"), "+7.9 " EVENT("0x8") } },
    { .name = "disk-at-rest", .rule = "alive", .status = "pass", .guest = true,
      .scenario = { "masters=display,audio,ehci,edu,storage",
                    "storage.owner=guest",
                    "storage.region=0x61300000+0x10000" },
      .console = { "+1.6 (XEN) rmr: /storage@10020000: SMMU "
                   "/smmuv3@9050000 sid 0x28 kept" },
      .trace = { "+6.1 " HIT("0x28", "0x61300000"),
                 "+7.7 " HIT("0x28", "0x61300000") } },
    { .name = "disk-cut-off", .rule = "alive", .guest = true,
      .reason = "ALIVE:storage:destroyed: no DMA",
      .scenario = { "masters=display,audio,ehci,edu,storage",
                    "storage.owner=guest",
                    "storage.region=0x61300000+0x10000" },
      .console = { "+1.6 (XEN) rmr: /storage@10020000: SMMU "
                   "/smmuv3@9050000 sid 0x28 kept" },
      .trace = { "+6.1 " HIT("0x28", "0x61300000") } },
    { .name = "guest-has-none", .rule = "switch", .guest = true,
      .reason = "SWITCH:display: 1 guests were made and 1 destroyed, but",
      .drop_trace = "streamid= 0x8" },
    { .name = "guest-keeps-it", .rule = "switch", .guest = true,
      .reason = "SWITCH:display: 1 guests were made and 1 destroyed, but",
      .drop_trace = "streamid= 0x8", .drop_from = 7 },
    { .name = "guest-refused", .rule = "switch", .guest = true,
      .reason = "SWITCH:display: 0 guests were made and 0 destroyed, but",
      .drop_console = "BENCH: xl-", .drop_from = MADE },
    { .name = "before-there-was-a-guest", .rule = "switch", .guest = true,
      .reason = "SWITCH:display: handed over at +6.000 s, when there was no",
      .trace = { "+6 smmuv3_cmdq_opcode <--- SMMU_CMD_CFGI_STE",
                 "+6 smmuv3_cmdq_cfgi_ste streamid= 0x8",
                 "+6 smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC",
                 "+6 smmuv3_cmdq_opcode <--- SMMU_CMD_TLBI_S12_VMALL",
                 "+6 smmuv3_cmdq_tlbi_s12_vmid vmid=8",
                 "+6 smmuv3_cmdq_opcode <--- SMMU_CMD_SYNC" } },
    { .name = "probe-of-guests", .rule = "probes", .guest = true,
      .reason = "PROBE:edu:guest:dom0ram: 0x70000000 was translated",
      .scenario = { "edu.owner=guest" },
      .drop_marks = "probe joined dom0ram",
      .marks = { "+7.1 probe guest dom0ram 0x70000000 begin",
                 "+7.13 probe guest dom0ram 0x70000000 end done" },
      .trace = { "+7.11 " HIT("0x20", "0x70000000") } },
    { .name = "probe-beside-guest", .rule = "probes", .status = "pass",
      .guest = true,
      .marks = { "+7.1 probe guest dom0ram 0x70000000 begin",
                 "+7.13 probe guest dom0ram 0x70000000 end done" },
      .trace = { "+7.11 " HIT("0x20", "0x70000000") } },
    { .name = "stock-has-no-accounts", .rule = "switch", .status = "n/a",
      .drop_console = "rmr: " },
    { .name = "never-on", .rule = "smmu-on", .reason = "SMMU-ON",
      .drop_trace = "val:0xd " },
    { .name = "off-by-wish", .rule = "smmu-on", .status = "n/a",
      .scenario = { "args=\"iommu=no\"" } },
    { .name = "no-end", .rule = "end", .reason = "END:",
      .drop_console = "BENCH: done" },
    { .name = "panic", .rule = "end", .reason = "PANIC:",
      .console = { "+5 (XEN) Panic on CPU 0:" } },
    { .name = "panic-after-the-end", .rule = "end", .status = "pass",
      .console = { "+8.5 (XEN) Panic on CPU 0:" } },
    { .name = "no-answer", .rule = "no-bug", .reason = "BUG:",
      .console = { "+5 (XEN) rmr: /edu@10100000: the SMMU did not complete "
                   "the join of d0 (-110)" } },
    { .name = "until-unset", .rule = "end", .status = "pass",
      .scenario = { "until=" } },
    { .name = "bug", .rule = "no-bug", .reason = "BUG:",
      .console = { "+5 (XEN) rmr: BUG: geometry" } },
    { .name = "no-masters", .rule = "no-abort", .status = "n/a",
      .scenario = { "masters=" } },
};

static void one_change(void **state)
{
    const struct change *c = *state;
    const char *want = c->status ? c->status : "fail";
    bool found = !c->reason;
    char dir[256];
    json_t *root, *reason;
    size_t i;
    int rc;

    directory(dir, sizeof(dir), c->name);
    write_run(dir, c);
    rc = run_analyse(dir, NULL);
    root = load(dir);
    assert_string_equal(rule_status(root, c->rule), want);
    json_array_foreach(json_object_get(root, "reasons"), i, reason)
        if ( !found )
            found = !strncmp(json_string_value(reason), c->reason,
                             strlen(c->reason));
    assert_true(found);
    assert_int_equal(rc, json_array_size(json_object_get(root, "reasons"))
                         ? 1 : 0);
    if ( !strcmp(want, "fail") )
        assert_int_equal(rc, 1);
    json_decref(root);
}

static bool file_has(const char *path, const char *what)
{
    char line[4096];
    FILE *f = fopen(path, "r");
    bool has = false;

    assert_non_null(f);
    while ( !has && fgets(line, sizeof(line), f) )
        has = strstr(line, what) != NULL;
    fclose(f);

    return has;
}

static void broken_folders(void **state)
{
    static const char *const needed[] = {
        "trace.log", "console.log", "marks.log", "scenario.txt"
    };
    static const struct change none;
    size_t i;

    (void)state;
    for ( i = 0; i < sizeof(needed) / sizeof(needed[0]); i++ )
    {
        char dir[256], path[512], out[512];
        FILE *f;

        directory(dir, sizeof(dir), "broken");
        write_run(dir, &none);
        snprintf(path, sizeof(path), "%s/%s", dir, needed[i]);
        snprintf(out, sizeof(out), "%s.out", dir);
        unlink(path);
        assert_int_equal(run_analyse(dir, NULL), 2);
        assert_true(file_has(out, needed[i]));
        if ( !strcmp(needed[i], "console.log") )
            continue;              /* an empty console is a run that hung */
        f = fopen(path, "w");
        assert_non_null(f);
        fputs("rubbish\n", f);
        fclose(f);
        assert_int_equal(run_analyse(dir, NULL), 2);
        assert_true(file_has(out, needed[i]));
    }
}

/* A run with a guest has phases of its own, and no other run has them. */
static void guest_phases(void **state)
{
    static const struct { const char *run, *names; } runs[] = {
        { "good", "firmware probe dom0-build dom0-boot dom0-user" },
        { "guest", "firmware probe dom0-build dom0-boot dom0-user create "
                   "guest-boot guest-user destroyed" },
        { "guest-never-up", "firmware probe dom0-build dom0-boot dom0-user "
                            "create guest-boot destroyed" },
        { "guest-refused", "firmware probe dom0-build dom0-boot dom0-user "
                           "create" },
        { "second-guest", "firmware probe dom0-build dom0-boot dom0-user "
                          "create guest-boot guest-user destroyed create-2 "
                          "guest-boot-2 guest-user-2" },
    };
    size_t i, j;

    (void)state;
    for ( i = 0; i < sizeof(runs) / sizeof(runs[0]); i++ )
    {
        char dir[256], names[512] = "";
        json_t *root, *phase;

        directory(dir, sizeof(dir), runs[i].run);
        root = load(dir);
        json_array_foreach(json_object_get(json_array_get(
            json_object_get(root, "masters"), 0), "phases"), j, phase)
            snprintf(names + strlen(names), sizeof(names) - strlen(names),
                     "%s%s", j ? " " : "",
                     json_string_value(json_object_get(phase, "name")));
        assert_string_equal(names, runs[i].names);
        json_decref(root);
    }
}

/* The baseline is shown and has no vote; the page holds both. */
static void with_baseline(void **state)
{
    char dir[256], other[256], path[512];

    (void)state;
    directory(dir, sizeof(dir), "good");
    directory(other, sizeof(other), "frozen");
    assert_int_equal(run_analyse(dir, other), 0);
    snprintf(path, sizeof(path), "%s/report.html", dir);
    assert_true(file_has(path, "PICTURE:display:dom0-user"));
    assert_int_equal(run_analyse(other, dir), 1);
}

#define NR_CHANGES  (sizeof(changes) / sizeof(changes[0]))

int main(int argc, char *argv[])
{
    static struct CMUnitTest tests[NR_CHANGES + 5];
    size_t i, nr = 0;

    if ( argc != 3 )
    {
        fputs("usage: test-analyse ANALYSE SCRATCHDIR\n", stderr);
        return 2;
    }
    analyse = argv[1];
    scratch = argv[2];
    if ( mkdir(scratch, 0777) && errno != EEXIST )
    {
        perror(scratch);
        return 2;
    }
    tests[nr++] = (struct CMUnitTest)cmocka_unit_test(good_run);
    tests[nr++] = (struct CMUnitTest)cmocka_unit_test(counts);
    for ( i = 0; i < NR_CHANGES; i++ )
        tests[nr++] = (struct CMUnitTest){ .name = changes[i].name,
            .test_func = one_change, .initial_state = (void *)&changes[i] };
    tests[nr++] = (struct CMUnitTest)cmocka_unit_test(guest_phases);
    tests[nr++] = (struct CMUnitTest)cmocka_unit_test(broken_folders);
    tests[nr++] = (struct CMUnitTest)cmocka_unit_test(with_baseline);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
