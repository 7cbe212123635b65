/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The audio master: an ES1370 that plays a ring of memory for ever, without
 * any software. What it played ends up in a wav file: a stretch in which its
 * reads were aborted is silence there. Mono at the lowest rate, so that even a
 * fault on every read is no storm.
 */
#include "firmware.h"

#define REG_CONTROL         0x00
#define REG_MEMORY_PAGE     0x0c
#define REG_SERIAL          0x20
#define REG_DAC2_SAMPLES    0x28
#define REG_DAC2_FRAME      0x38    /* these two lie in memory page 0xc */
#define REG_DAC2_FRAME_SIZE 0x3c
#define PAGE_DAC2_FRAME     0xc
#define CONTROL_DAC2_ENABLE (1U << 5)
#define CONTROL_DIVIDER(n)  ((uint32_t)(n) << 16)
#define SERIAL_DAC2_MONO16  (2U << 2)
#define DIVIDER_5512_HZ     254
#define RING_BYTES_MAX      0x4000UL

static void write_tone(uint64_t ring, uint64_t bytes)
{
    static const int16_t wave[] = {
        0, 4592, 8485, 11087, 12000, 11087, 8485, 4592,
        0, -4592, -8485, -11087, -12000, -11087, -8485, -4592,
    };
    const unsigned int period = sizeof(wave) / sizeof(wave[0]);

    for ( uint64_t i = 0; i < bytes / 2; i++ )
        write16(ring + 2 * i, wave[i % period]);
    barrier_all();
}

int audio_start(struct bench_region region)
{
    uint64_t bytes = region.size < RING_BYTES_MAX ? region.size
                                                  : RING_BYTES_MAX;
    uint64_t ring = (region.base + region.size - bytes + 3) & ~3UL;

    bytes = (region.base + region.size - ring) & ~3UL;
    if ( bytes < 64 )
        return -1;

    write_tone(ring, bytes);
    write32(AUDIO_BASE + REG_MEMORY_PAGE, PAGE_DAC2_FRAME);
    write32(AUDIO_BASE + REG_DAC2_FRAME, ring);
    write32(AUDIO_BASE + REG_DAC2_FRAME_SIZE, bytes / 4 - 1);
    write32(AUDIO_BASE + REG_DAC2_SAMPLES, 0x3ff);
    write32(AUDIO_BASE + REG_SERIAL, SERIAL_DAC2_MONO16);
    write32(AUDIO_BASE + REG_CONTROL,
            CONTROL_DIVIDER(DIVIDER_5512_HZ) | CONTROL_DAC2_ENABLE);
    say("FW: audio: ring of 0x%lx bytes at 0x%lx\n", bytes, ring);

    return 0;
}
