/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The display controller: virtio-gpu (VIRTIO 1.2, sections 4.1, 2.7 and 5.7),
 * polled, one command at a time. Called by the hidden CPU's loop.
 * The picture lies at the start of the region and the queue in its last pages,
 * so that both ends of the region are used with every frame; the backing is
 * attached and detached each time, so that every page is translated anew.
 */
#include "firmware.h"

/* 4.1.4: vendor capabilities that locate the register blocks */
#define CAP_POINTER             0x34
#define CAP_VENDOR              0x09
#define CAP_NEXT                1
#define CAP_TYPE                3
#define CAP_OFFSET              8
#define CAP_NOTIFY_MULTIPLIER   16
#define CAP_TYPE_COMMON         1
#define CAP_TYPE_NOTIFY         2

/* 4.1.4.3: common configuration */
#define COMMON_FEATURE_SELECT   0x00
#define COMMON_FEATURE          0x04
#define COMMON_DRIVER_SELECT    0x08
#define COMMON_DRIVER_FEATURE   0x0c
#define COMMON_STATUS           0x14
#define COMMON_QUEUE_SELECT     0x16
#define COMMON_QUEUE_SIZE       0x18
#define COMMON_QUEUE_ENABLE     0x1c
#define COMMON_QUEUE_NOTIFY     0x1e
#define COMMON_QUEUE_DESC       0x20
#define COMMON_QUEUE_DRIVER     0x28
#define COMMON_QUEUE_DEVICE     0x30

#define STATUS_ACKNOWLEDGE      0x01
#define STATUS_DRIVER           0x02
#define STATUS_DRIVER_OK        0x04
#define STATUS_FEATURES_OK      0x08
#define STATUS_NEEDS_RESET      0x40

/* Both are bits of the upper feature word. */
#define FEATURE_VERSION_1       (1U << 0)
#define FEATURE_ACCESS_PLATFORM (1U << 1)

#define DESC_NEXT               1
#define DESC_WRITE              2
#define AVAIL_NO_INTERRUPT      1
#define QUEUE_SIZE              16

/* 5.7.6: control commands */
#define CMD_RESOURCE_CREATE     0x101
#define CMD_SET_SCANOUT         0x103
#define CMD_FLUSH               0x104
#define CMD_TRANSFER_TO_HOST    0x105
#define CMD_ATTACH_BACKING      0x106
#define CMD_DETACH_BACKING      0x107
#define RESP_OK_FIRST           0x1100
#define RESP_OK_LAST            0x11ff
#define FORMAT_B8G8R8X8         2
#define HEADER_BYTES            24
#define RESOURCE_ID             1

/* Far beyond any pause of a loaded host: what takes longer has failed. */
#define ANSWER_SECONDS          5

/* The queue's part of the region: one page for each of the five blocks. */
enum { Q_DESC, Q_AVAIL, Q_USED, Q_COMMAND, Q_RESPONSE, Q_PAGES };

static struct {
    uint64_t common;
    uint64_t notify;
    uint32_t notify_multiplier;
    uint64_t fb;
    uint64_t queue;
    uint64_t bell;
    uint16_t issued;
} gpu;

static uint64_t queue_page(unsigned int page)
{
    return gpu.queue + page * PAGE;
}

int gpu_probe(const struct pci_device *dev, struct bench_region region)
{
    uint8_t cap = read8(dev->cfg + CAP_POINTER);
    uint64_t end = (region.base + region.size) & ~(PAGE - 1);

    gpu.fb = region.base;
    gpu.queue = end - Q_PAGES * PAGE;
    if ( region.size < FB_BYTES + Q_PAGES * PAGE ||
         gpu.queue < gpu.fb + FB_BYTES )
        return GPU_REGION_TOO_SMALL;

    for ( ; cap; cap = read8(dev->cfg + cap + CAP_NEXT) )
    {
        uint64_t at = dev->cfg + cap;
        uint64_t block = DISPLAY_REGS_BASE + read32(at + CAP_OFFSET);

        if ( read8(at) != CAP_VENDOR )
            continue;
        if ( read8(at + CAP_TYPE) == CAP_TYPE_COMMON )
            gpu.common = block;
        if ( read8(at + CAP_TYPE) == CAP_TYPE_NOTIFY )
        {
            gpu.notify = block;
            gpu.notify_multiplier = read32(at + CAP_NOTIFY_MULTIPLIER);
        }
    }

    return gpu.common && gpu.notify ? GPU_OK : GPU_NO_REGISTERS;
}

static int negotiate(void)
{
    uint64_t c = gpu.common;

    write8(c + COMMON_STATUS, 0);
    while ( read8(c + COMMON_STATUS) )
        ;
    write8(c + COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);

    /* Without this feature the device's accesses would pass by the SMMU. */
    write32(c + COMMON_FEATURE_SELECT, 1);
    if ( !(read32(c + COMMON_FEATURE) & FEATURE_ACCESS_PLATFORM) )
        return GPU_NO_IOMMU_PLATFORM;

    write32(c + COMMON_DRIVER_SELECT, 0);
    write32(c + COMMON_DRIVER_FEATURE, 0);
    write32(c + COMMON_DRIVER_SELECT, 1);
    write32(c + COMMON_DRIVER_FEATURE,
            FEATURE_VERSION_1 | FEATURE_ACCESS_PLATFORM);
    write8(c + COMMON_STATUS,
           STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);

    return read8(c + COMMON_STATUS) & STATUS_FEATURES_OK
           ? GPU_OK : GPU_FEATURES_REFUSED;
}

static void write_address(uint64_t reg, uint64_t addr)
{
    write32(reg, addr);
    write32(reg + 4, addr >> 32);
}

static void set_up_queue(void)
{
    uint64_t c = gpu.common;

    for ( uint64_t off = 0; off < Q_PAGES * PAGE; off += 8 )
        write64(gpu.queue + off, 0);
    gpu.issued = 0;

    write16(c + COMMON_QUEUE_SELECT, 0);
    write16(c + COMMON_QUEUE_SIZE, QUEUE_SIZE);
    write_address(c + COMMON_QUEUE_DESC, queue_page(Q_DESC));
    write_address(c + COMMON_QUEUE_DRIVER, queue_page(Q_AVAIL));
    write_address(c + COMMON_QUEUE_DEVICE, queue_page(Q_USED));
    gpu.bell = gpu.notify +
               read16(c + COMMON_QUEUE_NOTIFY) * gpu.notify_multiplier;
    barrier_all();
    write16(c + COMMON_QUEUE_ENABLE, 1);
    write8(c + COMMON_STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER |
                              STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

static void write_descriptor(unsigned int idx, uint64_t addr, uint32_t len,
                             uint16_t flags)
{
    uint64_t desc = queue_page(Q_DESC) + idx * 16;

    write64(desc, addr);
    write32(desc + 8, len);
    write16(desc + 12, flags);
    write16(desc + 14, idx + 1);
}

static int wait_for_answer(void)
{
    uint64_t start = time_now();

    while ( read16(queue_page(Q_USED) + 2) != gpu.issued )
    {
        if ( read8(gpu.common + COMMON_STATUS) & STATUS_NEEDS_RESET )
            return GPU_NEEDS_RESET;
        if ( time_now() - start > ANSWER_SECONDS * time_frequency() )
            return GPU_NO_ANSWER;
    }

    return GPU_OK;
}

/* Send what lies in the command page: its first word and args 32-bit words. */
static int submit(uint32_t type, unsigned int args)
{
    uint64_t avail = queue_page(Q_AVAIL);
    uint32_t response;
    int rc;

    write32(queue_page(Q_COMMAND), type);
    write32(queue_page(Q_RESPONSE), 0);
    write_descriptor(0, queue_page(Q_COMMAND), HEADER_BYTES + args * 4,
                     DESC_NEXT);
    write_descriptor(1, queue_page(Q_RESPONSE), HEADER_BYTES, DESC_WRITE);

    write16(avail, AVAIL_NO_INTERRUPT);
    write16(avail + 4 + 2 * (gpu.issued % QUEUE_SIZE), 0);
    barrier_all();
    write16(avail + 2, ++gpu.issued);
    barrier_all();
    write16(gpu.bell, 0);

    rc = wait_for_answer();
    response = read32(queue_page(Q_RESPONSE));
    if ( !rc && (response < RESP_OK_FIRST || response > RESP_OK_LAST) )
        rc = GPU_COMMAND_REFUSED;
    if ( rc )
    {
        telemetry->device_status = read8(gpu.common + COMMON_STATUS);
        telemetry->response = response;
    }

    return rc;
}

static void argument(unsigned int idx, uint32_t val)
{
    write32(queue_page(Q_COMMAND) + HEADER_BYTES + idx * 4, val);
}

static void whole_screen(void)
{
    argument(0, 0);
    argument(1, 0);
    argument(2, FB_WIDTH);
    argument(3, FB_HEIGHT);
}

static int create_resource(void)
{
    argument(0, RESOURCE_ID);
    argument(1, FORMAT_B8G8R8X8);
    argument(2, FB_WIDTH);
    argument(3, FB_HEIGHT);
    return submit(CMD_RESOURCE_CREATE, 4);
}

static int attach_backing(void)
{
    argument(0, RESOURCE_ID);
    argument(1, 1);
    argument(2, gpu.fb);
    argument(3, gpu.fb >> 32);
    argument(4, FB_BYTES);
    argument(5, 0);
    return submit(CMD_ATTACH_BACKING, 6);
}

static int detach_backing(void)
{
    argument(0, RESOURCE_ID);
    argument(1, 0);
    return submit(CMD_DETACH_BACKING, 2);
}

static int set_scanout(void)
{
    whole_screen();
    argument(4, 0);
    argument(5, RESOURCE_ID);
    return submit(CMD_SET_SCANOUT, 6);
}

static int transfer(void)
{
    whole_screen();
    argument(4, 0);
    argument(5, 0);
    argument(6, RESOURCE_ID);
    argument(7, 0);
    return submit(CMD_TRANSFER_TO_HOST, 8);
}

static int flush(void)
{
    whole_screen();
    argument(4, RESOURCE_ID);
    argument(5, 0);
    return submit(CMD_FLUSH, 6);
}

int gpu_bring_up(void)
{
    int rc = negotiate();

    if ( rc )
        return rc;

    set_up_queue();

    /* QEMU accepts a scan-out only for a resource that has backing. */
    rc = create_resource();
    rc = rc ? rc : attach_backing();
    rc = rc ? rc : set_scanout();
    return rc ? rc : detach_backing();
}

int gpu_show_frame(void)
{
    int rc = attach_backing();

    rc = rc ? rc : transfer();
    rc = rc ? rc : flush();
    return rc ? rc : detach_backing();
}
