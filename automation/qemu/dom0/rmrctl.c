/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rmrctl: the few hypercalls that the bench's dom0 makes, without a toolstack.
 * Called by dom0's init. Every buffer that Xen reads or writes lies in one
 * area that the kernel keeps in place (hypercall_area).
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define __XEN_TOOLS__ 1
#include <public/xen.h>
#include <public/domctl.h>
#include <public/hypfs.h>
#include <public/memory.h>
#include <public/sysctl.h>

/* The kernel's interface: the hypercall's number and five arguments. */
struct privcmd_call
{
    uint64_t op;
    uint64_t arg[5];
};
#define PRIVCMD_CALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_call))

#define AREA_PAGES 34
#define COMMAND_SIZE 4096          /* first page: the operation's structure */
#define NAME_SIZE 4096             /* second page: a path or key */
#define DATA_SIZE (AREA_PAGES * 4096 - COMMAND_SIZE - NAME_SIZE)
#define HYPFS_DEPTH 8u

static int privcmd = -1;
static char *command, *name, *data;

static void fail(const char *what)
{
    fprintf(stderr, "rmrctl: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_privcmd(void)
{
    privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
    if ( privcmd < 0 )
        privcmd = open("/proc/xen/privcmd", O_RDWR | O_CLOEXEC);
    if ( privcmd < 0 )
        fail("cannot open /dev/xen/privcmd (is this dom0, is xen-privcmd loaded?)");
}

/*
 * Memory from /dev/xen/hypercall is the kernel's own and never moves. Locked
 * memory of ours, for kernels without that device, stays in RAM but may be
 * migrated for an instant; nothing in the bench's dom0 does that.
 */
static void hypercall_area(void)
{
    size_t size = AREA_PAGES * 4096;
    char *area = MAP_FAILED;
    int fd = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);

    if ( fd >= 0 )
        area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if ( area == MAP_FAILED )
        area = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE,
                    -1, 0);
    if ( area == MAP_FAILED )
        fail("no memory for hypercall arguments");
    memset(area, 0, size);

    command = area;
    name = area + COMMAND_SIZE;
    data = name + NAME_SIZE;
}

/* Negative results of Xen arrive as errno, like the ioctl's own failures. */
static int hypercall(uint64_t op, uint64_t a0, uint64_t a1, uint64_t a2,
                     uint64_t a3, uint64_t a4)
{
    struct privcmd_call call = { .op = op, .arg = { a0, a1, a2, a3, a4 } };

    return ioctl(privcmd, PRIVCMD_CALL, &call);
}

static void set_name(const char *text)
{
    if ( strlen(text) >= NAME_SIZE )
    {
        fprintf(stderr, "rmrctl: name too long (%zu characters, at most %d)\n",
                strlen(text), NAME_SIZE - 1);
        exit(2);
    }
    strcpy(name, text);
}

static int send_keys(const char *keys)
{
    struct xen_sysctl *op = (void *)command;

    set_name(keys);
    op->cmd = XEN_SYSCTL_debug_keys;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    set_xen_guest_handle(op->u.debug_keys.keys, name);
    op->u.debug_keys.nr_keys = strlen(keys);
    if ( hypercall(__HYPERVISOR_sysctl, (uintptr_t)op, 0, 0, 0, 0) < 0 )
        fail("Xen took no debug keys");
    return 0;
}

/* What no domain may have RAM at, if it is to get its device. */
static int print_rdm(void)
{
    struct xen_reserved_device_memory_map *op = (void *)command;
    struct xen_reserved_device_memory *entry = (void *)data;
    unsigned int i;

    op->flags = XENMEM_RDM_ALL;
    op->nr_entries = 64;
    set_xen_guest_handle(op->buffer, entry);
    if ( hypercall(__HYPERVISOR_memory_op, XENMEM_reserved_device_memory_map,
                   (uintptr_t)op, 0, 0, 0) < 0 )
        fail("Xen does not tell what is reserved for devices");
    for ( i = 0; i < op->nr_entries; i++ )
        printf("rdm: %#llx, %#llx pages\n",
               (unsigned long long)entry[i].start_pfn,
               (unsigned long long)entry[i].nr_pages);
    return 0;
}

/* Pages of the machine that nobody has. */
static int print_free(void)
{
    struct xen_sysctl *op = (void *)command;

    op->cmd = XEN_SYSCTL_physinfo;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    if ( hypercall(__HYPERVISOR_sysctl, (uintptr_t)op, 0, 0, 0, 0) < 0 )
        fail("Xen does not say how much memory is free");
    printf("%llu\n", (unsigned long long)op->u.physinfo.free_pages);
    return 0;
}

static int move_device(uint32_t cmd, const char *path, unsigned int domain)
{
    struct xen_domctl *op = (void *)command;

    set_name(path);
    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = domain;
    op->u.assign_device.dev = XEN_DOMCTL_DEV_DT;
    op->u.assign_device.u.dt.size = strlen(path);
    set_xen_guest_handle(op->u.assign_device.u.dt.path, name);
    if ( hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0, 0) < 0 )
    {
        fprintf(stderr, "rmrctl: Xen did not %s %s %s domain %u: %s\n",
                cmd == XEN_DOMCTL_assign_device ? "assign" : "deassign", path,
                cmd == XEN_DOMCTL_assign_device ? "to" : "from", domain,
                strerror(errno));
        return 1;
    }
    return 0;
}

/* Reads one entry into `data`: its head, then head->content_len bytes. */
static const struct xen_hypfs_direntry *hypfs_read(const char *path)
{
    set_name(path);
    if ( hypercall(__HYPERVISOR_hypfs_op, XEN_HYPFS_OP_read, (uintptr_t)name,
                   strlen(path) + 1, (uintptr_t)data, DATA_SIZE) < 0 )
    {
        fprintf(stderr, "rmrctl: cannot read %s in hypfs: %s\n", path,
                strerror(errno));
        return NULL;
    }
    return (const struct xen_hypfs_direntry *)data;
}

static void print_value(const struct xen_hypfs_direntry *head)
{
    const void *value = head + 1;
    uint64_t number = 0;

    if ( head->encoding != XEN_HYPFS_ENC_PLAIN )
    {
        printf("(%u bytes, compressed)\n", head->content_len);
        return;
    }
    switch ( head->type )
    {
    case XEN_HYPFS_TYPE_STRING:
        printf("%.*s\n", (int)head->content_len, (const char *)value);
        return;

    case XEN_HYPFS_TYPE_UINT:
    case XEN_HYPFS_TYPE_BOOL:
        memcpy(&number, value,
               head->content_len < 8 ? head->content_len : sizeof(number));
        printf("%llu\n", (unsigned long long)number);
        return;

    case XEN_HYPFS_TYPE_INT:
        if ( head->content_len == 4 )
            printf("%d\n", *(const int32_t *)value);
        else
            printf("%lld\n", (long long)*(const int64_t *)value);
        return;

    default:
        printf("(%u bytes)\n", head->content_len);
        return;
    }
}

/* Prints `path` and what is below it, one line per leaf. */
static int hypfs_print(const char *path, unsigned int depth)
{
    const struct xen_hypfs_direntry *head = hypfs_read(path);
    const struct xen_hypfs_dirlistentry *entry;
    char *list, *child;
    uint32_t size;
    int result = 0;

    if ( !head )
        return 1;
    if ( head->type != XEN_HYPFS_TYPE_DIR )
    {
        printf("%s = ", path);
        print_value(head);
        return 0;
    }
    if ( depth == HYPFS_DEPTH )
    {
        fprintf(stderr, "rmrctl: %s: more than %u levels, not followed\n",
                path, HYPFS_DEPTH);
        return 1;
    }
    printf("%s/\n", path);

    /* The next read overwrites `data`. */
    size = head->content_len;
    list = malloc(size + 1);
    if ( !list )
        fail("out of memory");
    memcpy(list, head + 1, size);

    for ( entry = (const void *)list; size; )
    {
        if ( asprintf(&child, "%s/%s", strcmp(path, "/") ? path : "",
                      entry->name) < 0 )
            fail("out of memory");
        result |= hypfs_print(child, depth + 1);
        free(child);
        if ( !entry->off_next )
            break;
        entry = (const void *)((const char *)entry + entry->off_next);
    }
    free(list);
    return result;
}

/* --- What a toolstack could do to a guest's region (guarantee G5) ---------- */

static void attacked(const char *what, long rc)
{
    printf("attack: %s: %s\n", what, rc < 0 ? strerror(errno) : "NOT REFUSED");
    memset(command, 0, COMMAND_SIZE);
}

static void attack_mapping(unsigned int domain, uint64_t gfn, uint64_t mfn,
                           bool add)
{
    struct xen_domctl *op = (void *)command;

    op->cmd = XEN_DOMCTL_memory_mapping;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = domain;
    op->u.memory_mapping.first_gfn = gfn;
    op->u.memory_mapping.first_mfn = mfn;
    op->u.memory_mapping.nr_mfns = 1;
    op->u.memory_mapping.add_mapping = add;
    attacked(add ? "memory_mapping add" : "memory_mapping remove",
             hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0, 0));
}

static void attack_permission(unsigned int domain, uint64_t mfn)
{
    struct xen_domctl *op = (void *)command;

    op->cmd = XEN_DOMCTL_iomem_permission;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = domain;
    op->u.iomem_permission.first_mfn = mfn;
    op->u.iomem_permission.nr_mfns = 1;
    op->u.iomem_permission.allow_access = 1;
    attacked("iomem_permission",
             hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0, 0));
}

/* Without a listener mem_access is refused, region or not. */
static void listen_to(unsigned int domain, bool on)
{
    struct xen_domctl *op = (void *)command;

    op->cmd = XEN_DOMCTL_vm_event_op;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = domain;
    op->u.vm_event_op.op = on ? XEN_VM_EVENT_ENABLE : XEN_VM_EVENT_DISABLE;
    op->u.vm_event_op.mode = XEN_DOMCTL_VM_EVENT_OP_MONITOR;
    if ( hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0, 0) < 0 )
        fail("Xen does not open the domain's monitor");
    memset(command, 0, COMMAND_SIZE);
}

static void attack_access(unsigned int domain, uint64_t gfn)
{
    struct xen_mem_access_op *op = (void *)command;

    op->op = XENMEM_access_op_set_access;
    op->access = XENMEM_access_n;
    op->domid = domain;
    op->nr = 1;
    op->pfn = gfn;
    attacked("mem_access", hypercall(__HYPERVISOR_memory_op, XENMEM_access_op,
                                     (uintptr_t)op, 0, 0, 0));
}

static void attack_remove(unsigned int domain, uint64_t gfn)
{
    struct xen_remove_from_physmap *op = (void *)command;

    op->domid = domain;
    op->gpfn = gfn;
    attacked("remove_from_physmap",
             hypercall(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap,
                       (uintptr_t)op, 0, 0, 0));
}

/* The result is the number of extents that were done: 0 is as good as an error. */
static void attack_reservation(unsigned int domain, uint64_t gfn,
                               unsigned int cmd, const char *what)
{
    struct xen_memory_reservation *op = (void *)command;
    int rc;

    *(xen_pfn_t *)data = gfn;
    set_xen_guest_handle(op->extent_start, (xen_pfn_t *)data);
    op->nr_extents = 1;
    op->domid = domain;
    errno = EBUSY;
    rc = hypercall(__HYPERVISOR_memory_op, cmd, (uintptr_t)op, 0, 0, 0);
    attacked(what, rc ? rc : -1);
}

/* Tries all on the page at @gfn of @domain, which is page @gfn of the host. */
static int attack(unsigned int domain, uint64_t gfn)
{
    attack_mapping(domain, gfn, gfn, false);
    attack_mapping(domain, gfn, gfn, true);
    attack_permission(domain, gfn);
    listen_to(domain, true);
    attack_access(domain, gfn);
    listen_to(domain, false);
    attack_remove(domain, gfn);
    attack_reservation(domain, gfn, XENMEM_decrease_reservation,
                       "decrease_reservation");
    attack_reservation(domain, gfn, XENMEM_populate_physmap,
                       "populate_physmap");
    return 0;
}

static int usage(void)
{
    fputs("usage: rmrctl key <keys>                 send debug keys to Xen\n"
          "       rmrctl hypfs [path]               print hypfs below path (default /rmr)\n"
          "       rmrctl assign <node> [domain]     assign a device tree node (default: domain 0)\n"
          "       rmrctl deassign <node> [domain]   take it away again\n"
          "       rmrctl free                       pages that nobody has\n"
          "       rmrctl rdm                        memory reserved for devices\n"
          "       rmrctl attack <domain> <gfn>      try to change a mapping of a guest\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const char *operand = argc > 2 ? argv[2] : NULL;
    unsigned int domain = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
    bool assign = !strcmp(what, "assign"), deassign = !strcmp(what, "deassign");
    bool key = !strcmp(what, "key"), hypfs = !strcmp(what, "hypfs");
    bool attacks = !strcmp(what, "attack") && argc == 4;
    bool pages = !strcmp(what, "free"), rdm = !strcmp(what, "rdm");

    if ( argc > 4 || !(assign || deassign || key || hypfs || attacks || pages ||
                      rdm) ||
         (!operand && !hypfs && !pages && !rdm) )
        return usage();

    open_privcmd();
    hypercall_area();

    if ( pages )
        return print_free();
    if ( rdm )
        return print_rdm();
    if ( attacks )
        return attack(strtoul(operand, NULL, 0), strtoull(argv[3], NULL, 0));
    if ( key )
        return send_keys(operand);
    if ( hypfs )
        return hypfs_print(operand ? operand : "/rmr", 0);
    return move_device(assign ? XEN_DOMCTL_assign_device
                              : XEN_DOMCTL_deassign_device, operand, domain);
}
