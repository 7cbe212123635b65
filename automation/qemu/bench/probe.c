/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Isolation probes: makes edu read (and, in its own region, write) chosen
 * addresses while the system runs, over qtest. The verdict is the trace's,
 * which shows each access with its StreamID; what is noted here besides is
 * whether data really came through: the region's last bytes serve as the
 * place where edu lays down what it has got.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"
#include "util.h"

#define EDU_SOURCE      (EDU_BASE + 0x80)
#define EDU_DEST        (EDU_BASE + 0x88)
#define EDU_COUNT       (EDU_BASE + 0x90)
#define EDU_COMMAND     (EDU_BASE + 0x98)
#define EDU_RUN         1
#define EDU_TO_MEMORY   2
#define EDU_BUFFER      0x40000     /* edu's own memory, in its own counting */
#define DMA_BYTES       16
#define DMA_SECONDS     10

/* Where dom0's memory is likely to begin; its kernel lies there. */
#define SOME_RAM        0x80010000UL
#define XEN_TEXT        (LOAD_XEN + 0x10000)
/* Identification registers: not zero, and reading them changes nothing. */
#define MMIO_REGISTERS  (UART_BASE + 0xfe0)

static uint64_t dom0_ram = SOME_RAM;
static bool moment_over[NR_MOMENTS];

void probe_console_line(const char *line)
{
    const char *bank = strstr(line, "BANK[0] 0x");

    if ( bank && dom0_ram == SOME_RAM )
        dom0_ram = strtoull(bank + strlen("BANK[0] "), NULL, 16) + 0x10000;
}

static uint64_t target_address(const struct scenario *s, const struct probe *p)
{
    switch ( p->target )
    {
    case TARGET_REGION:
        return s->region[MASTER_EDU].base;
    case TARGET_DOM0RAM:
        return dom0_ram;
    case TARGET_XEN:
        return XEN_TEXT;
    case TARGET_MMIO:
        return MMIO_REGISTERS;
    case TARGET_ADDRESS:
        break;
    }

    return p->address;
}

static bool dma(uint64_t from, uint64_t to, unsigned int command)
{
    double until = now() + DMA_SECONDS;
    const char *busy;

    machine_qtest("writeq %#llx %#llx", EDU_SOURCE + 0ULL,
                  (unsigned long long)from);
    machine_qtest("writeq %#llx %#llx", EDU_DEST + 0ULL,
                  (unsigned long long)to);
    machine_qtest("writeq %#llx %#x", EDU_COUNT + 0ULL, DMA_BYTES);
    machine_qtest("writeq %#llx %#x", EDU_COMMAND + 0ULL, EDU_RUN | command);

    do {
        machine_wait(now() + 0.01);
        busy = machine_qtest("readq %#llx", EDU_COMMAND + 0ULL);
    } while ( busy && (strtoull(busy, NULL, 16) & EDU_RUN) &&
              now() < until && !stop_signal );

    return busy && !(strtoull(busy, NULL, 16) & EDU_RUN);
}

static bool device_reads(uint64_t addr)
{
    return dma(addr, EDU_BUFFER, 0);
}

static bool device_writes(uint64_t addr)
{
    return dma(EDU_BUFFER, addr, EDU_TO_MEMORY);
}

static void set_memory(uint64_t addr, const char *bytes)
{
    for ( unsigned int i = 0; i < DMA_BYTES; i += 8 )
    {
        uint64_t val;

        memcpy(&val, bytes + i, sizeof(val));
        machine_qtest("writeq %#llx %#llx", (unsigned long long)addr + i,
                      (unsigned long long)val);
    }
}

/* What the device brings back: its old content, the target's, or nothing. */
static const char *read_back(uint64_t landing, uint64_t target,
                             const char *primed)
{
    static const char poison[DMA_BYTES] = "landing poisoned";
    static const char zero[DMA_BYTES];
    char got[DMA_BYTES], there[DMA_BYTES];

    set_memory(landing, poison);
    if ( !machine_read(target, there, DMA_BYTES) || !device_writes(landing) ||
         !machine_read(landing, got, DMA_BYTES) )
        return "no-answer";
    if ( !memcmp(got, poison, DMA_BYTES) )
        return "write-blocked";
    if ( !memcmp(there, zero, DMA_BYTES) )
        return "unclear";               /* QEMU hands out zeros on a fault */
    if ( !memcmp(got, primed, DMA_BYTES) || !memcmp(got, zero, DMA_BYTES) )
        return "no-data";

    return memcmp(got, there, DMA_BYTES) ? "other-data" : "target-data";
}

static void probe_one(const struct scenario *s, const struct probe *p)
{
    static const char primed[DMA_BYTES] = "edu device prime";
    bool has_region = scenario_edu_region(s);
    const struct bench_region *r = &s->region[MASTER_EDU];
    uint64_t landing = r->base + r->size - DMA_BYTES;
    uint64_t addr = target_address(s, p);
    const char *back = "-";
    bool done;

    /* Priming is an access to the region, outside the probe's own span. */
    if ( has_region )
    {
        set_memory(landing, primed);
        device_reads(landing);
        if ( p->target == TARGET_REGION )
            set_memory(addr, "content of regio");
    }

    mark("probe %s %s %#llx begin", moment_name[p->moment], p->word,
         (unsigned long long)addr);
    done = device_reads(addr);
    mark("probe %s %s %#llx end read=%s", moment_name[p->moment], p->word,
         (unsigned long long)addr, done ? "done" : "no-answer");

    if ( has_region )
        back = read_back(landing, addr, primed);
    mark("probe %s %s %#llx result back=%s", moment_name[p->moment], p->word,
         (unsigned long long)addr, back);
}

static bool has_moment(const struct scenario *s, enum probe_moment moment)
{
    for ( unsigned int i = 0; i < s->nr_probes; i++ )
        if ( s->probe[i].moment == moment )
            return true;

    return false;
}

void probe_run(const struct scenario *s, enum probe_moment moment)
{
    bool hold;

    if ( moment_over[moment] )
        return;
    moment_over[moment] = true;
    if ( !has_moment(s, moment) )
        return;

    hold = hold_cpus();
    mark("hold %s %s", moment_name[moment], hold ? "begin" : "none");
    for ( unsigned int i = 0; i < s->nr_probes && !stop_signal; i++ )
        if ( s->probe[i].moment == moment )
            probe_one(s, &s->probe[i]);
    if ( hold )
        hold_release();
    mark("hold %s end", moment_name[moment]);
}

void probe_report_missed(const struct scenario *s)
{
    for ( unsigned int i = 0; i < s->nr_probes; i++ )
        if ( !moment_over[s->probe[i].moment] )
            mark("probe %s %s - missed", moment_name[s->probe[i].moment],
                 s->probe[i].word);
}
