/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test picture: colour bars that stand still, a block that moves with
 * every frame, and the frame number as a row of cells, so that a screenshot
 * alone tells which frame it shows.
 */
#include "firmware.h"

#define GROUND      0x00101830U
#define BLOCK       0x00ff8000U
#define CELL_ZERO   0x00400000U
#define CELL_ONE    0x00ffffffU
#define BLOCK_STEP  8U

static void fill(uint64_t fb, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                 uint32_t colour)
{
    for ( uint32_t j = y; j < y + h; j++ )
        for ( uint32_t i = x; i < x + w; i++ )
            write32(fb + j * FB_STRIDE + i * 4, colour);
}

void picture_draw(uint64_t fb)
{
    static const uint32_t bars[] = {
        0xffffff, 0xffff00, 0x00ffff, 0x00ff00,
        0xff00ff, 0xff0000, 0x0000ff, 0x202020,
    };
    const uint32_t nr = sizeof(bars) / sizeof(bars[0]);
    const uint32_t width = FB_WIDTH / nr, height = FB_HEIGHT * 3 / 4;

    for ( uint32_t i = 0; i < nr; i++ )
        fill(fb, i * width, 0, width, height, bars[i]);
    fill(fb, 0, height, FB_WIDTH, FB_HEIGHT - height, GROUND);
}

void picture_advance(uint64_t fb, uint32_t frame)
{
    const uint32_t width = FB_WIDTH / FB_COUNTER_CELLS;
    const uint32_t range = FB_WIDTH - FB_BLOCK_SIZE;

    for ( uint32_t i = 0; i < FB_COUNTER_CELLS; i++ )
    {
        uint32_t bit = (frame >> (FB_COUNTER_CELLS - 1 - i)) & 1;

        fill(fb, i * width + 2, FB_COUNTER_Y, width - 4, FB_COUNTER_HEIGHT,
             bit ? CELL_ONE : CELL_ZERO);
    }

    fill(fb, (frame - 1) * BLOCK_STEP % range, FB_BLOCK_Y,
         FB_BLOCK_SIZE, FB_BLOCK_SIZE, GROUND);
    fill(fb, frame * BLOCK_STEP % range, FB_BLOCK_Y,
         FB_BLOCK_SIZE, FB_BLOCK_SIZE, BLOCK);
}
