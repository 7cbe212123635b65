/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the device tree that Xen boots with, from QEMU's own tree and a
 * scenario. The new tree is written in one pass from top to bottom, so the
 * order of its nodes is exactly the order of the calls in write_tree().
 * Called by run.sh:
 *   mkdt scenario OUT.txt WORD...               check, fill in defaults
 *   mkdt tree SCENARIO.txt QEMU.dtb KERNEL INITRD OUT.dtb [KERNEL INITRD DTB [DTB]]
 * the last three are a domU's, one more is the tree of a second.
 */
#include <libfdt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "layout.h"
#include "scenario.h"
#include "util.h"

#define TREE_BYTES          0x20000
#define PHANDLE_MASTER(idx) (0x9001 + (idx))
#define PHANDLE_REGION(idx) (0x9101 + (idx))
#define PHANDLE_SMMU        0x9201
#define GIC_SPI             0
#define LEVEL_HIGH          4

#define XEN_ARGS  "console=dtuart dtuart=/pl011@9000000 loglvl=all " \
                  "guest_loglvl=all noreboot dom0_mem=512M bootscrub=0"
#define DOM0_ARGS "console=hvc0 clk_ignore_unused"
/* Every character of the emulated UART is an exit. */
#define DOMU_ARGS "console=ttyAMA0 loglevel=4"

const char *program = "mkdt";

/* Registers of each master, as the firmware places them. */
static const struct bench_region registers[NR_MASTERS][2] = {
    [MASTER_DISPLAY] = { { DISPLAY_MSIX_BASE, DISPLAY_MSIX_SIZE },
                         { DISPLAY_REGS_BASE, DISPLAY_REGS_SIZE } },
    [MASTER_AUDIO]   = { { AUDIO_BASE, AUDIO_SIZE } },
    [MASTER_EHCI]    = { { EHCI_BASE, EHCI_SIZE } },
    [MASTER_EDU]     = { { EDU_BASE, EDU_SIZE } },
    [MASTER_STORAGE] = { { STORAGE_BASE, STORAGE_SIZE } },
};

/*
 * Not for Xen: PCI and what belongs to it, devices that would only cost boot
 * time, and the hidden CPU. Matched against the start of the node's name.
 */
static const char *const dropped[] = {
    "pcie@", "its@", "v2m@", "virtio_mmio@", "fw-cfg@", "flash@", "gpio-keys",
    "pl061@", "pl031@", "pmu", "platform-bus@", "chosen", "cpu@2", "core2",
    "reserved-memory", "aliases",
};

static void *tree;

static void check(int rc, const char *what)
{
    if ( rc < 0 )
        die("device tree: %s: %s", what, fdt_strerror(rc));
}

static void begin(const char *name)
{
    check(fdt_begin_node(tree, name), name);
}

static void end(void)
{
    check(fdt_end_node(tree), "end of node");
}

static void put(const char *name, const void *val, int len)
{
    check(fdt_property(tree, name, val, len), name);
}

static void put_empty(const char *name)
{
    put(name, NULL, 0);
}

static void put_string(const char *name, const char *val)
{
    put(name, val, strlen(val) + 1);
}

static void put_u32(const char *name, uint32_t val)
{
    check(fdt_property_u32(tree, name, val), name);
}

/* A run of 32-bit cells; addresses and sizes take two each. */
struct cells {
    fdt32_t val[16];
    unsigned int nr;
};

static void cell(struct cells *c, uint32_t val)
{
    c->val[c->nr++] = cpu_to_fdt32(val);
}

static void cells64(struct cells *c, uint64_t val)
{
    cell(c, val >> 32);
    cell(c, val);
}

static void range(struct cells *c, struct bench_region r)
{
    cells64(c, r.base);
    cells64(c, r.size);
}

static void put_cells(const char *name, const struct cells *c)
{
    put(name, c->val, c->nr * sizeof(c->val[0]));
}

static void put_reg(struct bench_region r)
{
    struct cells c = { .nr = 0 };

    range(&c, r);
    put_cells("reg", &c);
}

static void put_two_cells_ranges(void)
{
    put_u32("#address-cells", 2);
    put_u32("#size-cells", 2);
}

static bool is_dropped(const char *name)
{
    for ( size_t i = 0; i < ARRAY_SIZE(dropped); i++ )
        if ( !strncmp(name, dropped[i], strlen(dropped[i])) )
            return true;

    return false;
}

static void copy_properties(const void *base, int node)
{
    bool smmu = !fdt_node_check_compatible(base, node, "arm,smmu-v3");
    int prop;

    fdt_for_each_property_offset(prop, base, node)
    {
        const char *name;
        int len;
        const void *val = fdt_getprop_by_offset(base, prop, &name, &len);

        if ( smmu && !strcmp(name, "phandle") )
            put_u32("phandle", PHANDLE_SMMU);
        else
            put(name, val, len);
    }
}

static void copy_children(const void *base, int parent)
{
    int node;

    fdt_for_each_subnode(node, base, parent)
    {
        const char *name = fdt_get_name(base, node, NULL);

        if ( is_dropped(name) )
            continue;
        begin(name);
        copy_properties(base, node);
        copy_children(base, node);
        end();
    }
}

static void write_region(const struct scenario *s, unsigned int idx)
{
    struct cells c = { .nr = 0 };

    begin(format("%s@%llx", master_name[idx],
                 (unsigned long long)s->region[idx].base));
    put_reg(s->region[idx]);
    put_empty("no-map");
    cell(&c, PHANDLE_MASTER(idx));
    range(&c, s->region[idx]);
    put_cells("iommu-addresses", &c);
    put_u32("phandle", PHANDLE_REGION(idx));
    end();
}

static void write_reserved_memory(const struct scenario *s)
{
    static const struct bench_region firmware = {
        FIRMWARE_BASE, FIRMWARE_SIZE
    };

    begin("reserved-memory");
    put_two_cells_ranges();
    put_empty("ranges");

    begin(format("firmware@%lx", FIRMWARE_BASE));
    put_reg(firmware);
    put_empty("no-map");
    end();

    for ( unsigned int i = 0; i < NR_MASTERS; i++ )
        if ( (s->masters & (1U << i)) && s->region[i].size )
            write_region(s, i);
    end();
}

static void write_master(const struct scenario *s, unsigned int idx)
{
    struct cells reg = { .nr = 0 }, iommus = { .nr = 0 };
    struct cells interrupts = { .nr = 0 };

    begin(format("%s@%llx", master_name[idx],
                 (unsigned long long)registers[idx][0].base));
    put_string("compatible", format("bench,%s", master_name[idx]));
    for ( unsigned int i = 0; i < 2 && registers[idx][i].size; i++ )
        range(&reg, registers[idx][i]);
    put_cells("reg", &reg);
    cell(&iommus, PHANDLE_SMMU);
    cell(&iommus, MASTER_SID(idx));
    put_cells("iommus", &iommus);
    if ( s->region[idx].size )
        put_u32("memory-region", PHANDLE_REGION(idx));
    /* The others are polled, or run by themselves. */
    if ( idx == MASTER_STORAGE )
    {
        cell(&interrupts, GIC_SPI);
        cell(&interrupts, MASTER_SPI(idx));
        cell(&interrupts, LEVEL_HIGH);
        put_cells("interrupts", &interrupts);
    }
    if ( s->passthrough[idx] )
        put_empty("xen,passthrough");
    put_u32("phandle", PHANDLE_MASTER(idx));
    end();
}

static void write_framebuffer(const struct scenario *s)
{
    uint64_t base = s->region[MASTER_DISPLAY].base;
    struct bench_region fb = { base, FB_BYTES };

    begin(format("framebuffer@%llx", (unsigned long long)base));
    put_string("compatible", "simple-framebuffer");
    put_reg(fb);
    put_u32("width", FB_WIDTH);
    put_u32("height", FB_HEIGHT);
    put_u32("stride", FB_STRIDE);
    put_string("format", "x8r8g8b8");
    put_u32("memory-region", PHANDLE_REGION(MASTER_DISPLAY));
    end();
}

static void write_devices(const struct scenario *s)
{
    for ( unsigned int i = 0; i < NR_MASTERS; i++ )
        if ( s->masters & (1U << i) )
            write_master(s, i);
    if ( s->simplefb )
        write_framebuffer(s);
}

static void write_module(const char *kind, uint64_t base, const char *path,
                         uint64_t limit, const char *args)
{
    static const char generic[] = "multiboot,module";
    char *compatible = format("multiboot,%s%c%s", kind, 0, generic);
    struct bench_region r = { base, file_size(path) };

    if ( r.base + r.size > limit )
        die("%s: %#llx bytes do not fit between %#llx and %#llx", path,
            (unsigned long long)r.size, (unsigned long long)base,
            (unsigned long long)limit);
    begin(format("module@%llx", (unsigned long long)base));
    put("compatible", compatible,
        strlen("multiboot,") + strlen(kind) + 1 + sizeof(generic));
    put_reg(r);
    if ( args )
        put_string("bootargs", args);
    end();
}

/*
 * Beside dom0, or alone; an overlay can add to it. A second one differs in its
 * partial tree.
 */
static void write_domu(const struct scenario *s, char **image, const char *name,
                       const char *partial, uint64_t at)
{
    struct cells memory = { .nr = 0 };

    begin(name);
    put_string("compatible", "xen,domain");
    put_two_cells_ranges();
    cells64(&memory, s->domu_memory * 1024UL);
    put_cells("memory", &memory);
    put_u32("cpus", 1);
    put_empty("vpl011");
    write_module("kernel", LOAD_DOMU_KERNEL, image[0], LOAD_DOMU_INITRD,
                 DOMU_ARGS);
    write_module("ramdisk", LOAD_DOMU_INITRD, image[1], LOAD_DOMU_TREE, NULL);
    write_module("device-tree", at, partial, at + DOMU_TREE_BYTES, NULL);
    end();
}

static void write_chosen(const struct scenario *s, const char *kernel,
                         const char *initrd, char **domu)
{
    begin("chosen");
    put_two_cells_ranges();
    put_string("xen,xen-bootargs",
               format("%s %s", XEN_ARGS, scenario_get("args")));
    if ( s->dom0 )
    {
        put_string("xen,dom0-bootargs",
                   format("%s %s", DOM0_ARGS, scenario_get("dom0args")));
        write_module("kernel", LOAD_KERNEL, kernel, LOAD_INITRD, NULL);
        if ( scenario_linux(s) )
            write_module("ramdisk", LOAD_INITRD, initrd,
                         s->domu_memory ? LOAD_DOMU_KERNEL : FIRMWARE_BASE,
                         NULL);
    }
    if ( s->domu_memory )
        write_domu(s, domu, "domU1", domu[2], LOAD_DOMU_TREE);
    if ( s->domu_memory && domu[3] )
        write_domu(s, domu, "domU2", domu[3],
                   LOAD_DOMU_TREE + DOMU_TREE_BYTES);
    end();
}

static void write_tree(const struct scenario *s, const void *base,
                       const char *kernel, const char *initrd, char **domu)
{
    begin("");
    copy_properties(base, 0);
    write_chosen(s, kernel, initrd, domu);
    if ( !s->resv_after )
        write_reserved_memory(s);
    copy_children(base, 0);
    write_devices(s);
    if ( s->resv_after )
        write_reserved_memory(s);
    end();
}

static void make_tree(char **argv, char **domu)
{
    struct scenario s;
    void *base;
    FILE *f;

    scenario_load(argv[0]);
    scenario_parse(&s);
    if ( s.domu_memory && !domu )
        die("a domU needs a kernel, a ramdisk and a partial tree");
    base = read_file(argv[1], NULL);
    check(fdt_check_header(base), argv[1]);
    if ( fdt_node_offset_by_compatible(base, -1, "arm,smmu-v3") < 0 )
        die("%s has no SMMUv3", argv[1]);

    tree = calloc(1, TREE_BYTES);
    if ( !tree )
        die("out of memory");
    check(fdt_create(tree, TREE_BYTES), "create");
    check(fdt_finish_reservemap(tree), "memory reservations");
    write_tree(&s, base, argv[2], argv[3], domu);
    check(fdt_finish(tree), "finish");

    f = open_or_die(argv[4], "wb");
    if ( fwrite(tree, fdt_totalsize(tree), 1, f) != 1 || fclose(f) )
        die("cannot write %s", argv[4]);
}

static void make_scenario(const char *out, char **word)
{
    struct scenario s;

    for ( ; *word; word++ )
        scenario_word(*word);
    scenario_parse(&s);
    scenario_write(out);
}

int main(int argc, char **argv)
{
    if ( argc >= 3 && !strcmp(argv[1], "scenario") )
        make_scenario(argv[2], argv + 3);
    else if ( (argc == 7 || argc == 10 || argc == 11) && !strcmp(argv[1], "tree") )
        make_tree(argv + 2, argc > 7 ? argv + 7 : NULL);
    else
        die("usage: mkdt scenario OUT.txt WORD... | "
            "mkdt tree SCENARIO.txt QEMU.dtb KERNEL INITRD OUT.dtb "
            "[KERNEL INITRD DTB]");

    return 0;
}
