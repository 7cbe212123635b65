/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's voice on the UART. Used by CPU 0 alone, and only before Xen
 * is entered: from then on the UART belongs to Xen.
 */
#include <stdarg.h>
#include "firmware.h"

static void put_char(char c)
{
    if ( c == '\n' )
        write32(UART_BASE, '\r');
    write32(UART_BASE, c);
}

static void put_string(const char *s)
{
    while ( *s )
        put_char(*s++);
}

static void put_number(uint64_t val, unsigned int base)
{
    char digits[21];
    unsigned int n = sizeof(digits);

    digits[--n] = 0;
    do {
        digits[--n] = "0123456789abcdef"[val % base];
        val /= base;
    } while ( val );

    put_string(&digits[n]);
}

void say(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    for ( ; *fmt; fmt++ )
    {
        if ( *fmt != '%' )
        {
            put_char(*fmt);
            continue;
        }

        fmt++;
        if ( *fmt == 's' )
            put_string(va_arg(args, const char *));
        else if ( *fmt == 'u' )
            put_number(va_arg(args, unsigned int), 10);
        else if ( *fmt == 'x' )
            put_number(va_arg(args, unsigned int), 16);
        else if ( *fmt == 'l' )
        {
            put_number(va_arg(args, uint64_t), 16);
            fmt++;
        }
    }
    va_end(args);
}

/* The compiler may call these two even in freestanding code. */
void *memset(void *dst, int c, size_t n)
{
    volatile uint8_t *d = dst;

    while ( n-- )
        *d++ = c;

    return dst;
}

void *memcpy(void *dst, const void *src, size_t n)
{
    volatile uint8_t *d = dst;
    const uint8_t *s = src;

    while ( n-- )
        *d++ = *s++;

    return dst;
}
