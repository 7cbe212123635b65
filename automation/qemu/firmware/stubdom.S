/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest dom0 that Xen accepts: an arm64 Image that says the two lines
 * the bench waits for and then sleeps. For scenarios that need dom0's
 * construction and first unpause but nothing that Linux does.
 */
#define CONSOLE_IO          18
#define CONSOLE_IO_WRITE    0

    .macro say first, last
    mov     x0, #CONSOLE_IO_WRITE
    mov     x1, #(\last - \first)
    adr     x2, \first
    mov     x16, #CONSOLE_IO
    hvc     #0xea1
    .endm

    .text
    .global _start
_start:
    b       entry
    .long   0
    .quad   0                   /* load offset */
    .quad   image_end - _start
    .quad   0xa                 /* little endian, 4K pages, anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

entry:
    say     up_first, up_last
    say     done_first, done_last
sleep:
    wfi
    b       sleep

up_first:
    .ascii  "BENCH: user space\n"
up_last:
done_first:
    .ascii  "BENCH: done\n"
done_last:
    .balign 4096
image_end:
