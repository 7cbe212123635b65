/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts the silence in what the audio master played.  A DMA read that was
 * aborted brings zeroes; the tone itself is never zero for longer than one
 * sample.  So runs of zeroes after the tone has begun are lost reads, however
 * long the run took.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define RUN_OF_ZEROES  32          /* far more than any tone has in a row */

static void count_samples(struct audio *a, FILE *f)
{
    uint64_t zeroes = 0;
    int low;

    while ( (low = getc_unlocked(f)) != EOF )
    {
        int high = getc_unlocked(f);

        if ( high == EOF )
            break;
        a->samples++;
        if ( low | high )
        {
            if ( !a->first_tone )
                a->first_tone = a->samples;
            zeroes = 0;
            continue;
        }
        if ( !a->first_tone || ++zeroes < RUN_OF_ZEROES )
            continue;
        if ( zeroes == RUN_OF_ZEROES )
        {
            a->zero_runs++;
            a->zero_samples += RUN_OF_ZEROES;
        }
        else
            a->zero_samples++;
    }
}

/* The lengths in the header are only right if QEMU ended well: not used. */
void wav_read(struct run *run)
{
    char path[PATH_MAX + 32], head[12], chunk[8];
    FILE *f = open_in(run, "audio.wav", path, sizeof(path));

    if ( !f )
        return;
    if ( fread(head, sizeof(head), 1, f) == 1 && !memcmp(head, "RIFF", 4) )
        while ( fread(chunk, sizeof(chunk), 1, f) == 1 )
        {
            uint32_t size = (uint8_t)chunk[4] | (uint8_t)chunk[5] << 8 |
                            (uint8_t)chunk[6] << 16 |
                            (uint32_t)(uint8_t)chunk[7] << 24;

            if ( !memcmp(chunk, "data", 4) )
            {
                run->audio.present = true;
                count_samples(&run->audio, f);
                break;
            }
            if ( fseek(f, (size + 1) & ~1U, SEEK_CUR) )
                break;
        }
    fclose(f);
}
