/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paint FRAMEBUFFER: the guest's picture, frame after frame until it is ended.
 * Called by the guest's init. It covers what firmware's picture has above its
 * moving block and never touches what lies below, where firmware still draws;
 * stripes that lean and wander, and a row of cells that counts the frames in
 * binary, look like neither firmware's picture nor dom0's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#define FRAME_NS     100000000L
#define STRIPE       64U
#define STEP         8U
#define CELLS        32U
#define DARK         0x00003c30U
#define LIGHT        0x0000a078U
#define CELL_ZERO    0x00203040U
#define CELL_ONE     0x00ffe040U

static struct
{
    uint8_t *memory;
    uint32_t width, height, stride;
} fb;

static void fail(const char *what)
{
    fprintf(stderr, "GUEST: paint: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_fb(const char *path)
{
    struct fb_fix_screeninfo fix;
    struct fb_var_screeninfo var;
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if ( fd < 0 || ioctl(fd, FBIOGET_FSCREENINFO, &fix) ||
         ioctl(fd, FBIOGET_VSCREENINFO, &var) )
        fail(path);
    if ( var.bits_per_pixel != 32 )
    {
        fprintf(stderr, "GUEST: paint: %s has %u bits a pixel, not 32\n",
                path, var.bits_per_pixel);
        exit(1);
    }
    fb.width = var.xres;
    fb.height = var.yres * 3 / 4;
    fb.stride = fix.line_length;
    fb.memory = mmap(NULL, fb.stride * fb.height, PROT_READ | PROT_WRITE,
                     MAP_SHARED, fd, 0);
    if ( fb.memory == MAP_FAILED )
        fail("cannot map the frame buffer");
    printf("GUEST: paints on %s: %ux%u, %u bytes a line\n", fix.id, var.xres,
           var.yres, fix.line_length);
    fflush(stdout);
}

static void paint(uint32_t frame)
{
    uint32_t cell = fb.width / CELLS, row = fb.height - 40;

    for ( uint32_t y = 0; y < fb.height; y++ )
    {
        volatile uint32_t *line = (uint32_t *)(fb.memory + y * fb.stride);

        for ( uint32_t x = 0; x < fb.width; x++ )
        {
            bool counter = y >= row && y < row + 16 && x % cell >= 2 &&
                           x / cell < CELLS;

            if ( counter )
                line[x] = frame >> (CELLS - 1 - x / cell) & 1 ? CELL_ONE
                                                              : CELL_ZERO;
            else
                line[x] = (x + y + frame * STEP) / STRIPE % 2 ? DARK : LIGHT;
        }
    }
}

int main(int argc, char **argv)
{
    struct timespec pause = { .tv_nsec = FRAME_NS };

    if ( argc != 2 )
    {
        fputs("usage: paint FRAMEBUFFER\n", stderr);
        return 2;
    }
    open_fb(argv[1]);
    for ( uint32_t frame = 0; ; frame++ )
    {
        paint(frame);
        nanosleep(&pause, NULL);
    }
}
