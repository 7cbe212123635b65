/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where everything lies on the bench: memory map, PCI slots, register windows,
 * and the two structs that firmware and runner share through memory.
 * Included by the firmware (freestanding) and by mkdt and bench (hosted):
 * an address that both sides need stands here and nowhere else.
 */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

#include <stdint.h>

/* What QEMU's "virt" machine fixes. */
#define RAM_BASE            0x40000000UL
#define RAM_SIZE            0x80000000UL
#define UART_BASE           0x09000000UL
#define GICD_BASE           0x08000000UL
#define SMMU_BASE           0x09050000UL
#define ECAM_BASE         0x4010000000UL
#define PIO_BASE            0x3eff0000UL  /* CPU address of I/O port 0 */

/* Where the images are loaded. */
#define LOAD_DTB            0x42000000UL
#define LOAD_XEN            0x44000000UL
#define LOAD_KERNEL         0x48000000UL
#define LOAD_INITRD         0x50000000UL

/* And those of a domain that Xen builds besides dom0. */
#define LOAD_DOMU_KERNEL    0x53000000UL
#define LOAD_DOMU_INITRD    0x5a000000UL
#define LOAD_DOMU_TREE      0x5bff0000UL
#define DOMU_TREE_BYTES     0x8000UL     /* that of a second one is behind it */

/* Firmware's own memory: code, stacks, SMMU structures, config, telemetry. */
#define FIRMWARE_BASE       0x5c000000UL
#define FIRMWARE_SIZE       0x00100000UL
#define CONFIG_ADDR         (FIRMWARE_BASE + 0x80000)
#define TELEMETRY_ADDR      (FIRMWARE_BASE + 0x90000)
#define FW_STRTAB_ADDR      (FIRMWARE_BASE + 0xa0000)
#define FW_CMDQ_ADDR        (FIRMWARE_BASE + 0xb0000)
#define FW_EVTQ_ADDR        (FIRMWARE_BASE + 0xc0000)

/* Masters, by index; a set of masters is a mask of 1 << index. */
enum bench_master {
    MASTER_DISPLAY,
    MASTER_AUDIO,
    MASTER_EHCI,
    MASTER_EDU,
    MASTER_STORAGE,
    NR_MASTERS
};

/* All sit on bus 0; the StreamID that QEMU derives is slot << 3. */
#define MASTER_SLOT(idx)    ((idx) + 1)
#define MASTER_SID(idx)     (MASTER_SLOT(idx) << 3)
/* What pin A of the slot is wired to, as a shared peripheral interrupt. */
#define MASTER_SPI(idx)     (3 + MASTER_SLOT(idx) % 4)

#define DISPLAY_MSIX_BAR    1
#define DISPLAY_MSIX_BASE   0x10000000UL
#define DISPLAY_MSIX_SIZE   0x1000UL
#define DISPLAY_REGS_BAR    4
#define DISPLAY_REGS_BASE   0x10004000UL
#define DISPLAY_REGS_SIZE   0x4000UL

#define AUDIO_PORT          0x1000UL
#define AUDIO_BASE          (PIO_BASE + AUDIO_PORT)
#define AUDIO_SIZE          0x1000UL

#define EHCI_BASE           0x10010000UL
#define EHCI_SIZE           0x1000UL

#define EDU_BASE            0x10100000UL
#define EDU_SIZE            0x100000UL

#define STORAGE_BAR         5
#define STORAGE_BASE        0x10020000UL
#define STORAGE_SIZE        0x1000UL

/* The picture starts at the first byte of the display's region. */
#define FB_WIDTH            640U
#define FB_HEIGHT           480U
#define FB_STRIDE           (FB_WIDTH * 4)
#define FB_BYTES            (FB_STRIDE * FB_HEIGHT)
/* frame counter, most significant bit left */
#define FB_COUNTER_CELLS    32U
#define FB_COUNTER_Y        440U
#define FB_COUNTER_HEIGHT   16U
#define FB_BLOCK_Y          380U
#define FB_BLOCK_SIZE       24U

struct bench_region {
    uint64_t base;
    uint64_t size;
};

#define CONFIG_MAGIC        0x46435242U   /* "BRCF" */
/* hand over an SMMU that translates: all streams bypass */
#define CONFIG_SMMU_ON      (1U << 0)
/* display starts afresh after a failure */
#define CONFIG_RECOVER      (1U << 1)

/* Written by the runner before the machine starts. */
struct bench_config {
    uint32_t magic;
    uint32_t flags;
    uint32_t masters;           /* mask: which ones firmware starts */
    uint32_t fps;
    struct bench_region region[NR_MASTERS];
};

#define TELEMETRY_MAGIC     0x4c544252U   /* "RBTL" */

enum master_state {
    STATE_OFF,
    STATE_RUNNING,
    STATE_RECOVERING,
    STATE_DEAD
};

/* Written by the firmware's second half, which lives on the hidden CPU. */
struct bench_telemetry {
    uint32_t magic;
    /* Rounds of the hidden CPU's loop, whatever works or not. */
    uint32_t ticks;
    uint32_t frames;            /* that the display accepted */
    uint32_t faults;
    uint32_t reinits;
    uint32_t state;             /* display: enum master_state */
    /*
     * At the last failure: enum gpu_error of the firmware (0: none), the
     * virtio status byte, the virtio-gpu answer.
     */
    uint32_t last_error;
    uint32_t device_status;
    uint32_t response;
    /* enum master_state; dead is sticky */
    uint32_t ehci_state;
    uint32_t ehci_status;       /* USBSTS when the alarm went off */
    uint32_t audio_state;
    uint64_t frequency;         /* of the times below */
    uint64_t t_first_frame;
    uint64_t t_last_frame;
    uint64_t t_first_fault;
    uint64_t t_last_recovery;
    uint64_t longest_gap;
};

#endif /* BENCH_LAYOUT_H */
