/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holds Xen's CPUs still while probes run, so that a probe made at a console
 * line happens in the state of that line, however fast the machine is. QEMU
 * cannot do this: its own stop also stops the clock that edu's DMA waits for.
 * So the threads of CPU 0 and 1 are stopped from outside with ptrace; devices
 * and the hidden CPU go on. What is held is always let go again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "machine.h"
#include "util.h"

#define XEN_CPUS      2
#define ATTEMPTS      50
#define FREE_SECONDS  0.3

static struct {
    pid_t thread;
    int signal;             /* caught on its way in: delivered on release */
} held[XEN_CPUS];

static bool hold_thread(unsigned int cpu, pid_t thread)
{
    int status;

    if ( ptrace(PTRACE_SEIZE, thread, NULL, NULL) )
        return false;
    if ( ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) ||
         waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status) )
    {
        ptrace(PTRACE_DETACH, thread, NULL, NULL);
        return false;
    }
    held[cpu].thread = thread;
    held[cpu].signal = status >> 16 == PTRACE_EVENT_STOP ? 0
                                                         : WSTOPSIG(status);

    return true;
}

void hold_release(void)
{
    for ( unsigned int cpu = 0; cpu < XEN_CPUS; cpu++ )
    {
        if ( held[cpu].thread )
            ptrace(PTRACE_DETACH, held[cpu].thread, NULL,
                   (void *)(long)held[cpu].signal);
        held[cpu].thread = 0;
    }
}

bool hold_cpus(void)
{
    pid_t thread[XEN_CPUS];

    if ( !machine_cpu_threads(thread, XEN_CPUS) )
        return false;

    for ( unsigned int n = 0; n < ATTEMPTS && !stop_signal; n++ )
    {
        for ( unsigned int cpu = 0; cpu < XEN_CPUS; cpu++ )
            if ( !hold_thread(cpu, thread[cpu]) )
            {
                mark("hold refused: %s", strerror(errno));
                hold_release();
                return false;
            }

        /* A thread that has QEMU's big lock would stop the devices too. */
        if ( machine_responds_within(FREE_SECONDS) )
            return true;
        hold_release();
        machine_wait(now() + 0.002);
    }

    mark("hold failed: QEMU's lock was taken each time");
    return false;
}
