/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the firmware's files share: register access, time, console, and the
 * entry of each driver. All memory a driver gives to its device lies in the
 * region that is passed to its start function.
 */
#ifndef BENCH_FIRMWARE_H
#define BENCH_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include "layout.h"

#define config      ((const volatile struct bench_config *)CONFIG_ADDR)
#define telemetry   ((volatile struct bench_telemetry *)TELEMETRY_ADDR)

#define PAGE        0x1000UL

static inline uint8_t read8(uint64_t addr)
{
    return *(volatile uint8_t *)addr;
}

static inline uint16_t read16(uint64_t addr)
{
    return *(volatile uint16_t *)addr;
}

static inline uint32_t read32(uint64_t addr)
{
    return *(volatile uint32_t *)addr;
}

static inline void write8(uint64_t addr, uint8_t val)
{
    *(volatile uint8_t *)addr = val;
}

static inline void write16(uint64_t addr, uint16_t val)
{
    *(volatile uint16_t *)addr = val;
}

static inline void write32(uint64_t addr, uint32_t val)
{
    *(volatile uint32_t *)addr = val;
}

static inline void write64(uint64_t addr, uint64_t val)
{
    *(volatile uint64_t *)addr = val;
}

static inline void barrier_all(void)
{
    asm volatile ( "dsb sy" ::: "memory" );
}

static inline uint64_t time_now(void)
{
    uint64_t t;

    asm volatile ( "isb; mrs %0, cntpct_el0" : "=r" (t) :: "memory" );
    return t;
}

static inline uint64_t time_frequency(void)
{
    uint64_t f;

    asm volatile ( "mrs %0, cntfrq_el0" : "=r" (f) );
    return f;
}

/* start.S */
void hidden_cpu_entry(void);
void enter_xen(uint64_t image, uint64_t dtb) __attribute__((noreturn));
uint64_t psci_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

/* console.c: say() knows %s, %x (32 bit), %lx (64 bit) and %u */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* pci.c */
struct pci_device {
    uint64_t cfg;
    uint32_t id;
};

int pci_find(unsigned int slot, struct pci_device *dev);
void pci_set_bar(const struct pci_device *dev, unsigned int bar, uint64_t base);
/* Slots share interrupt lines: what no driver serves must not hold one. */
void pci_enable(const struct pci_device *dev, bool interrupts);

/* virtio-gpu.c */
enum gpu_error {
    GPU_OK,
    GPU_REGION_TOO_SMALL,
    GPU_NO_REGISTERS,
    GPU_NO_IOMMU_PLATFORM,
    GPU_FEATURES_REFUSED,
    GPU_NEEDS_RESET,
    GPU_NO_ANSWER,
    GPU_COMMAND_REFUSED
};

int gpu_probe(const struct pci_device *dev, struct bench_region region);
int gpu_bring_up(void);
int gpu_show_frame(void);

/* picture.c */
void picture_draw(uint64_t fb);
void picture_advance(uint64_t fb, uint32_t frame);

/* es1370.c */
int audio_start(struct bench_region region);

/* ehci.c */
int ehci_start(struct bench_region region);
int ehci_still_runs(void);

/* smmu.c */
void smmu_enable_bypass(void);

#endif /* BENCH_FIRMWARE_H */
