/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memtest: writes as much memory as can be had, then reads it all. What another
 * writes to, or what is not there, does not keep its own address.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static size_t available(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    char line[128];
    unsigned long kib = 0;

    while ( f && fgets(line, sizeof(line), f) )
        if ( sscanf(line, "MemAvailable: %lu", &kib) == 1 )
            break;

    return (size_t)kib * 1024;
}

int main(void)
{
    size_t size = available() / 20 * 19, words = size / sizeof(uint64_t), i;
    size_t bad = 0;
    uint64_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if ( p == MAP_FAILED )
    {
        perror("memtest");
        return EXIT_FAILURE;
    }
    for ( i = 0; i < words; i++ )
        p[i] = i * 0x9e3779b97f4a7c15ULL;
    for ( i = 0; i < words; i++ )
        bad += p[i] != i * 0x9e3779b97f4a7c15ULL;

    printf("GUEST: memtest %zu MiB, %zu words bad\n", size >> 20, bad);

    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
