/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU that Xen is not told about: it plays the hardware of a display
 * controller, watches the alarm, and keeps the telemetry. It touches nothing
 * but the display's region, the devices' registers and firmware's memory.
 * A display that failed stays dead unless the config asks for recovery.
 */
#include "firmware.h"

/* With FEAT_WFxT a CPU in QEMU can sleep until a time without interrupts. */
static int can_sleep(void)
{
    uint64_t isar2;

    /* ID_AA64ISAR2_EL1 by number, for assemblers that do not know its name */
    asm volatile ( "mrs %0, S3_0_C0_C6_2" : "=r" (isar2) );
    return isar2 & 0xf;
}

/* WFIT by number, for assemblers that do not know its name. */
static void wait_for_time(uint64_t when)
{
    asm volatile ( "mov x9, %0\n\t.inst 0xd5031029"
                   :: "r" (when) : "x9", "memory" );
}

static void sleep_until(uint64_t when)
{
    while ( time_now() < when )
        if ( can_sleep() )
            wait_for_time(when);
        else
            asm volatile ( "yield" );
}

static void note_failure(int error)
{
    if ( !telemetry->faults )
        telemetry->t_first_fault = time_now();
    telemetry->faults++;
    telemetry->last_error = error;
    telemetry->state = config->flags & CONFIG_RECOVER ? STATE_RECOVERING
                                                      : STATE_DEAD;
}

static void note_frame(uint32_t frame)
{
    uint64_t now = time_now();

    if ( !telemetry->frames )
        telemetry->t_first_frame = now;
    else if ( now - telemetry->t_last_frame > telemetry->longest_gap )
        telemetry->longest_gap = now - telemetry->t_last_frame;
    telemetry->t_last_frame = now;
    telemetry->frames = frame;
}

static void recover(void)
{
    int error = gpu_bring_up();

    if ( error )
    {
        note_failure(error);
        return;
    }

    telemetry->reinits++;
    telemetry->t_last_recovery = time_now();
    telemetry->state = STATE_RUNNING;
}

static void run_display(uint32_t frame)
{
    int error;

    if ( telemetry->state == STATE_RECOVERING )
        recover();
    if ( telemetry->state != STATE_RUNNING )
        return;

    picture_advance(config->region[MASTER_DISPLAY].base, frame);
    error = gpu_show_frame();
    if ( error )
        note_failure(error);
    else
        note_frame(frame);
}

void hidden_cpu_main(void)
{
    uint64_t period = time_frequency() / (config->fps ? config->fps : 10);
    uint64_t next = time_now();
    uint32_t frame = 0;

    if ( telemetry->state == STATE_RUNNING )
    {
        int error = gpu_bring_up();

        if ( error )
            note_failure(error);
    }

    for ( ; ; )
    {
        run_display(++frame);
        if ( telemetry->ehci_state == STATE_RUNNING && !ehci_still_runs() )
            telemetry->ehci_state = STATE_DEAD;
        telemetry->ticks++;

        /* After a pause of the host go on from now: do not catch up. */
        next += period;
        if ( time_now() > next + period )
            next = time_now();
        sleep_until(next);
    }
}
