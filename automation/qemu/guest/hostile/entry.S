/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The head of an arm64 Image that runs where it is loaded, without an MMU, and
 * calls C code; and the call into Xen.
 */
    .section .text.start, "ax"
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
    adrp    x0, stack_end
    add     sp, x0, :lo12:stack_end
    bl      hostile
sleep:
    wfi
    b       sleep

/* long hypercall(unsigned long op, a0, a1, a2): as Xen wants it, op in x16. */
    .text
    .global hypercall
hypercall:
    mov     x16, x0
    mov     x0, x1
    mov     x1, x2
    mov     x2, x3
    hvc     #0xea1
    ret
