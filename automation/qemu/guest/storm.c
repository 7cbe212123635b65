/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storm: makes the devices of this guest reach for what is not its memory, and
 * never stops. The addresses are the host's, and dom0's: nothing of this guest's
 * is there.
 *
 * The display gets a cursor queue in dom0's RAM and is told all the time to look
 * there; its picture needs the other queue only. edu reads dom0's RAM, and
 * writes zeroes over the ring that dom0's audio device plays.
 *
 * GUEST: storm: <n> bells, <n> writes, <n> reads of which <n> brought data
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../bench/layout.h"

/* See bench/scenario.c for regions, firmware/es1370.c for the ring's place. */
#define EDU_REGION      0x61200000UL
#define RING            0x610fc000UL
#define RING_PAGES      4U
#define DOM0_RAM        0x80010000UL
#define PAGE            0x1000UL

/* Virtio 1.2, 4.1.4.3; the notifications' place is QEMU's. */
#define QUEUE_SELECT    0x16
#define QUEUE_ENABLE    0x1c
#define QUEUE_NOTIFY    0x1e
#define QUEUE_DESC      0x20
#define QUEUE_DRIVER    0x28
#define QUEUE_DEVICE    0x30
#define BELLS           0x3000
#define CURSOR_QUEUE    1

#define EDU_SOURCE      0x80
#define EDU_DEST        0x88
#define EDU_COUNT       0x90
#define EDU_COMMAND     0x98
#define EDU_RUN         1U
#define EDU_TO_MEMORY   2U
#define EDU_BUFFER      0x40000UL   /* edu's own memory, in its own counting */

#define SAID_BELLS      20000U
#define SAID_READS      8U

static volatile uint8_t *display, *edu, *region;
static unsigned int bells, writes, reads, brought;

static volatile uint8_t *map(int fd, uint64_t at, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

    if ( p == MAP_FAILED )
    {
        perror("storm");
        exit(EXIT_FAILURE);
    }

    return p;
}

static void write16(volatile uint8_t *at, uint16_t val)
{
    *(volatile uint16_t *)at = val;
}

static void write32(volatile uint8_t *at, uint32_t val)
{
    *(volatile uint32_t *)at = val;
}

static void write64(volatile uint8_t *at, uint64_t val)
{
    *(volatile uint64_t *)at = val;
}

static void write_address(volatile uint8_t *at, uint64_t val)
{
    write32(at, val);
    write32(at + 4, val >> 32);
}

static volatile uint8_t *set_up_cursor(void)
{
    write16(display + QUEUE_SELECT, CURSOR_QUEUE);
    write_address(display + QUEUE_DESC, DOM0_RAM);
    write_address(display + QUEUE_DRIVER, DOM0_RAM + PAGE);
    write_address(display + QUEUE_DEVICE, DOM0_RAM + 2 * PAGE);
    write16(display + QUEUE_ENABLE, 1);

    return display + BELLS +
           4 * *(volatile uint16_t *)(display + QUEUE_NOTIFY);
}

static void start_dma(uint64_t from, uint64_t to, uint32_t direction)
{
    write64(edu + EDU_SOURCE, from);
    write64(edu + EDU_DEST, to);
    write64(edu + EDU_COUNT, PAGE);
    write32(edu + EDU_COMMAND, EDU_RUN | direction);
}

/* Of edu's region: a page of a pattern, one of zeroes, and one to write to. */
static void fill_region(void)
{
    unsigned int i;

    for ( i = 0; i < PAGE; i += 8 )
    {
        write64(region + i, 0x5eed5eed5eed5eedULL);
        write64(region + PAGE + i, 0);
    }
}

/* What is not the pattern, nor the zeroes of an access that failed. */
static void look(void)
{
    unsigned int i;

    for ( i = 0; i < PAGE; i += 8 )
    {
        uint64_t val = *(volatile uint64_t *)(region + 2 * PAGE + i);

        if ( val && val != 0x5eed5eed5eed5eedULL )
        {
            brought++;
            return;
        }
    }
}

/* One DMA a call, round and round. */
static void next_dma(void)
{
    static unsigned int step;

    switch ( step )
    {
    case 0:
        start_dma(EDU_REGION, EDU_BUFFER, 0);
        break;

    case 1:
        start_dma(DOM0_RAM, EDU_BUFFER, 0);
        break;

    case 2:
        start_dma(EDU_BUFFER, EDU_REGION + 2 * PAGE, EDU_TO_MEMORY);
        break;

    case 3:
        reads++;
        look();
        start_dma(EDU_REGION + PAGE, EDU_BUFFER, 0);
        break;

    default:
        start_dma(EDU_BUFFER, RING + (step - 4) * PAGE, EDU_TO_MEMORY);
        writes++;
        break;
    }

    step = (step + 1) % (4 + RING_PAGES);
}

int main(void)
{
    int fd = open("/dev/mem", O_RDWR | O_SYNC);
    volatile uint8_t *bell;
    int said = 0;

    if ( fd < 0 )
    {
        perror("storm");
        return EXIT_FAILURE;
    }
    display = map(fd, DISPLAY_REGS_BASE, DISPLAY_REGS_SIZE);
    edu = map(fd, EDU_BASE, PAGE);
    region = map(fd, EDU_REGION, 3 * PAGE);
    fill_region();
    bell = set_up_cursor();

    for ( ; ; )
    {
        write16(bell, CURSOR_QUEUE);
        bells++;
        if ( !(*(volatile uint32_t *)(edu + EDU_COMMAND) & EDU_RUN) )
            next_dma();
        if ( !said && bells >= SAID_BELLS && reads >= SAID_READS )
            said = printf("GUEST: storm: %u bells, %u writes, %u reads of "
                          "which %u brought data\n", bells, writes, reads,
                          brought), fflush(stdout);
    }
}
