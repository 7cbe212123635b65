/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runner: boots one scenario on QEMU and records what it shows, nothing
 * more; the analyser judges. Called by run.sh. A run ends with the first of:
 * the awaited console line, a panic of Xen or dom0, power-off, the time limit.
 * Whatever the end, QEMU is stopped and marks.log says why.
 */
#include <errno.h>
#include <getopt.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "machine.h"
#include "util.h"

#define TELEMETRY_SECONDS 0.25
#define SHOT_SECONDS      1.0
/* The last phase gets this many rounds of the hidden CPU before the end. */
#define SETTLE_TICKS      10
#define SETTLE_SECONDS    20

const char *program = "bench";

static struct {
    struct scenario scenario;
    struct inputs in;
    bool quiet;
    regex_t until;
    double start, next_telemetry, next_shot;
    unsigned int shots;
    uint32_t ticks;
    FILE *telemetry;
    size_t phase;               /* index of phases[] */
    const char *end;            /* why the run is over; NULL: it is not */
} run;

/* A line that has both texts, one after the other. */
struct marker {
    const char *text, *then;
};

#define LINE(t)      { .text = t, .then = NULL }
#define STEP(s, t)   { .text = "BENCH: " s ":", .then = t }
#define GUEST(t)     { .text = "guest ", .then = ": GUEST: " t }

/*
 * In order of time; what a phase back there begins with says nothing new, as
 * when a guest's kernel starts. Only guests can be made again and again.
 */
static const struct {
    const char *phase;
    struct marker marker[2];
    bool again;
} phases[] = {
    { .phase = "firmware" },
    { .phase = "probe", .marker = { LINE("FW: entering Xen") } },
    { .phase = "dom0-build", .marker = { LINE("I/O virtualisation ") } },
    { .phase = "dom0-boot", .marker = { LINE("Booting Linux on physical CPU"),
                                        LINE("init memory") } },
    { .phase = "dom0-user", .marker = { LINE("BENCH: user space") } },
    { .phase = "create", .again = true,
      .marker = { STEP("xl-create", " begin") } },
    { .phase = "guest-boot", .marker = { STEP("xl-create", " end status=0") } },
    { .phase = "guest-user", .marker = { GUEST("up") } },
    { .phase = "destroyed",
      .marker = { STEP("xl-destroy", " begin"),
                  STEP("guest-gone", " end status=0") } },
};

static const struct {
    struct marker marker;
    enum probe_moment moment;
} moments[] = {
    { LINE("rmr: probe-window boot"), MOMENT_BOOT },
    { LINE("I/O virtualisation enabled"), MOMENT_BOOT },
    { LINE("rmr: probe-window pending"), MOMENT_PENDING },
    /* dom0 is built by then and not yet let go. */
    { LINE("Initial low memory virq threshold"), MOMENT_PENDING },
    { LINE("BENCH: user space"), MOMENT_JOINED },
    { GUEST("up"), MOMENT_GUEST },
    { STEP("xl-destroy", " end status=0"), MOMENT_DESTROYED },
    { STEP("guest-gone", " end status=0"), MOMENT_DESTROYED },
};

static void handle_signal(int sig)
{
    stop_signal = sig;
}

static void progress(const char *fmt, const char *what)
{
    if ( run.quiet )
        return;
    printf("%7.1f s  ", now() - run.start);
    printf(fmt, what);
    putchar('\n');
    fflush(stdout);
}

static void take_shot(void)
{
    char *name;

    run.next_shot = now() + SHOT_SECONDS;
    if ( !(run.scenario.masters & (1U << MASTER_DISPLAY)) )
        return;
    name = format("shots/%03u.png", run.shots);
    if ( machine_command("screendump", "filename", name) )
    {
        mark("shot %s", name);
        run.shots++;
    }
    free(name);
}

static void take_telemetry(void)
{
    struct bench_telemetry t;

    run.next_telemetry = now() + TELEMETRY_SECONDS;
    if ( !machine_read(TELEMETRY_ADDR, &t, sizeof(t)) ||
         t.magic != TELEMETRY_MAGIC )
        return;
    run.ticks = t.ticks;
    fprintf(run.telemetry,
            "%.6f frames=%u faults=%u reinits=%u state=%u ticks=%u error=%u "
            "status=%#x response=%#x ehci=%u ehci_status=%#x audio=%u "
            "longest_gap_ms=%.0f\n",
            now(), t.frames, t.faults, t.reinits, t.state, t.ticks,
            t.last_error, t.device_status, t.response, t.ehci_state,
            t.ehci_status, t.audio_state,
            t.frequency ? t.longest_gap * 1000.0 / t.frequency : 0);
    fflush(run.telemetry);
}

static void take_samples(void)
{
    if ( now() >= run.next_telemetry )
        take_telemetry();
    if ( now() >= run.next_shot )
        take_shot();
}

static bool has_marker(const char *line, const struct marker *m)
{
    const char *at = m->text ? strstr(line, m->text) : NULL;

    return at && (!m->then || strstr(at + strlen(m->text), m->then));
}

static void enter_phase(const char *line)
{
    for ( size_t i = 0; i < ARRAY_SIZE(phases); i++ )
    {
        if ( i == run.phase || (i < run.phase && !phases[i].again) )
            continue;
        if ( !has_marker(line, &phases[i].marker[0]) &&
             !has_marker(line, &phases[i].marker[1]) )
            continue;
        run.phase = i;
        mark("phase %s", phases[i].phase);
        progress("%s", phases[i].phase);
        take_telemetry();
        take_shot();
        return;
    }
}

static void run_probes(const char *line)
{
    probe_console_line(line);
    for ( size_t i = 0; i < ARRAY_SIZE(moments); i++ )
        if ( has_marker(line, &moments[i].marker) )
        {
            probe_run(&run.scenario, moments[i].moment);
            if ( moments[i].moment == MOMENT_JOINED ||
                 moments[i].moment == MOMENT_DESTROYED )
                storage_receive(&run.scenario);
        }
}

static void look_for_end(const char *line)
{
    if ( run.end )
        return;
    if ( !regexec(&run.until, line, 0, NULL, 0) )
        run.end = "done";
    else if ( strstr(line, "(XEN) Panic on CPU") )
        run.end = "xen-panic";
    /* A guest's kernel is not what the run stands on. */
    else if ( strstr(line, "Kernel panic - not syncing") &&
              strncmp(line, "guest ", 6) )
        run.end = "dom0-panic";
}

static void handle_console(void)
{
    struct console_line line;

    while ( console_next(&line) )
    {
        if ( strstr(line.text, "BENCH: ") )
            progress("  %s", strstr(line.text, "BENCH: "));
        enter_phase(line.text);
        run_probes(line.text);
        look_for_end(line.text);
        free(line.text);
    }
}

static void look_for_other_ends(double limit)
{
    if ( run.end )
        return;
    if ( stop_signal )
        run.end = "interrupted";
    else if ( !machine_alive() )
        run.end = "qemu-gone";
    else if ( machine_shut_down() )
        run.end = "power-off";
    else if ( now() > limit )
        run.end = "timeout";
}

static void watch(double limit)
{
    while ( !run.end )
    {
        double next = run.next_telemetry < run.next_shot ? run.next_telemetry
                                                         : run.next_shot;

        machine_wait(next);
        handle_console();
        take_samples();
        look_for_other_ends(limit);
    }
}

/* Let the masters show that they live, or not, in the last phase too. */
static void settle(void)
{
    double limit = now() + SETTLE_SECONDS;
    uint32_t wanted;

    take_telemetry();
    take_shot();
    wanted = run.ticks + SETTLE_TICKS;
    while ( machine_alive() && !machine_shut_down() && !stop_signal &&
            run.ticks < wanted && now() < limit )
    {
        machine_wait(run.next_telemetry);
        handle_console();
        take_samples();
    }
}

static void finish(void)
{
    if ( machine_alive() )
    {
        if ( !strcmp(run.end, "done") )
            probe_run(&run.scenario, MOMENT_USER);
        settle();
        take_telemetry();
        take_shot();
    }
    probe_report_missed(&run.scenario);
    machine_stop();
    handle_console();
    fclose(run.telemetry);
    mark("end %s", run.end);
    progress("end: %s", run.end);
}

static void write_command(char **argv)
{
    FILE *f = open_or_die(format("%s/cmd.txt", run.in.run_dir), "w");

    for ( ; *argv; argv++ )
        fprintf(f, strpbrk(*argv, " *'") ? "'%s'%c" : "%s%c", *argv,
                argv[1] ? ' ' : '\n');
    fclose(f);
}

static void start(void)
{
    char **argv = qemu_command(&run.scenario, &run.in);

    write_command(argv);
    mark("start %s", run.in.xen);
    machine_start(argv, run.in.run_dir);
    mark("qemu-up");
    mark("phase %s", phases[0].phase);
    progress("%s", phases[0].phase);
    if ( !machine_command("cont", NULL, NULL) )
    {
        machine_stop();
        die("QEMU does not start the machine, see qemu.err");
    }
}

static void set_up(const char *scenario)
{
    struct sigaction act = { .sa_handler = handle_signal };
    const char *dir = run.in.run_dir;

    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);

    scenario_load(scenario);
    scenario_parse(&run.scenario);
    if ( regcomp(&run.until, scenario_get("until"), REG_EXTENDED | REG_NOSUB) )
        die("scenario: until=%s is no regular expression",
            scenario_get("until"));

    if ( mkdir(format("%s/shots", dir), 0777) && errno != EEXIST )
        die("cannot make %s/shots: %s", dir, strerror(errno));
    marks_open(dir);
    run.telemetry = open_or_die(format("%s/telemetry.log", dir), "w");
    qemu_write_config(&run.scenario, dir);
    run.start = now();
}

static void __attribute__((noreturn)) usage(void)
{
    die("usage: bench [-q] -s SCENARIO.txt -d RUNDIR -f STUB -t DTB -x XEN "
        "[-k KERNEL -i INITRD] [-K KERNEL -I INITRD -T DTB of a domU]");
}

int main(int argc, char **argv)
{
    const char *scenario = NULL;
    int opt;

    while ( (opt = getopt(argc, argv, "qs:d:f:t:x:k:i:K:I:T:U:")) != -1 )
        switch ( opt )
        {
        case 'q': run.quiet = true; break;
        case 's': scenario = optarg; break;
        case 'd': run.in.run_dir = optarg; break;
        case 'f': run.in.stub = optarg; break;
        case 't': run.in.dtb = optarg; break;
        case 'x': run.in.xen = optarg; break;
        case 'k': run.in.kernel = optarg; break;
        case 'i': run.in.initrd = optarg; break;
        case 'K': run.in.domu_kernel = optarg; break;
        case 'I': run.in.domu_initrd = optarg; break;
        case 'T': run.in.domu_tree = optarg; break;
        case 'U': run.in.domu2_tree = optarg; break;
        default: usage();
        }
    if ( !scenario || !run.in.run_dir || !run.in.stub || !run.in.dtb ||
         !run.in.xen )
        usage();

    set_up(scenario);
    if ( (run.scenario.dom0 && !run.in.kernel) ||
         (scenario_linux(&run.scenario) && !run.in.initrd) ||
         (run.scenario.domu_memory &&
          (!run.in.domu_kernel || !run.in.domu_initrd || !run.in.domu_tree)) )
        usage();
    start();
    watch(now() + run.scenario.limit);
    finish();

    return stop_signal ? 128 + stop_signal : 0;
}
