/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry points of the firmware: CPU 0 comes here from QEMU, the hidden CPU
 * from PSCI CPU_ON. Both run at EL2 with MMU and caches off and stay so;
 * neither touches a register that Xen expects in its reset state.
 */
    .section .text.start, "ax"
    .global _start
_start:
    mrs     x0, mpidr_el1
    and     x0, x0, #0xffffff
    cbnz    x0, park
    adrp    x1, boot_stack_top
    add     sp, x1, :lo12:boot_stack_top
    ldr     x1, =bss_start
    ldr     x2, =bss_end
clear_bss:
    cmp     x1, x2
    b.hs    bss_is_clear
    str     xzr, [x1], #8
    b       clear_bss
bss_is_clear:
    bl      firmware_main
park:
    wfe
    b       park

    .global hidden_cpu_entry
hidden_cpu_entry:
    adrp    x1, hidden_stack_top
    add     sp, x1, :lo12:hidden_stack_top
    bl      hidden_cpu_main
    b       park

/* void enter_xen(uint64_t image, uint64_t dtb): does not return */
    .global enter_xen
enter_xen:
    mov     x4, x0
    mov     x0, x1
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    ic      iallu
    dsb     sy
    isb
    br      x4

/* uint64_t psci_call(function, a1, a2, a3) */
    .global psci_call
psci_call:
    smc     #0
    ret

    .bss
    .balign 16
    .skip   0x4000
boot_stack_top:
    .skip   0x4000
hidden_stack_top:
    .skip   16
