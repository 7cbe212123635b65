/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RMR masters for the eyes of an operator: debug key 'V', and /rmr in hypfs
 * with a folder per master (node paths hold slashes, so folders are numbered).
 *
 * rmr_dump_init() is called once, when the list of masters is final. Reads
 * state without rmr_lock: what is shown may be a moment old.
 */
#include <xen/guest_access.h>
#include <xen/hypfs.h>
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include "rmr.h"

/* Device, SMMU, StreamIDs with their masks, and VMID or context banks. */
void rmr_say_context(const struct rmr_master *m)
{
    unsigned int i;

    printk("%s: SMMU %s sid", dt_node_full_name(m->np),
           dt_node_full_name(m->iommu));
    for ( i = 0; i < m->nr_sids; i++ )
    {
        printk("%s%#x", i ? "," : " ", m->sids[i].id);
        if ( m->sids[i].mask )
            printk("/%#x", m->sids[i].mask);
    }

    if ( m->ctx && !m->nr_banks )
        printk(" vmid %u", m->vmid);
    for ( i = 0; i < m->nr_banks; i++ )
        printk("%s%u", i ? "," : " bank ", m->banks[i]);
}

static void cf_check dump_masters(unsigned char key)
{
    const struct rmr_master *m;
    unsigned int i;

    printk("'%c' pressed -> dumping RMR masters\n", key);

    rmr_for_each_master ( m )
    {
        const struct domain *d = m->d;

        rmr_say_context(m);
        printk("\n");

        for ( i = 0; i < m->nr_regions; i++ )
        {
            const struct rmr_region *r = &m->regions[i];

            printk("  region %"PRIrmr"-%"PRIrmr, r->iova,
                   r->iova + r->size - 1);
            if ( rmr_is_carveout(r) )
                printk(" carve-out\n");
            else
                printk(" at %"PRIrmr"\n", r->pa);
        }

        if ( m->failed )
        {
            printk("  no table: %s\n", m->kept);
            continue;
        }

        printk("  table %"PRIrmr" (%u pages)\n",
               page_to_maddr(m->table.root), m->table.nr_pages);
        if ( d )
            printk("  state %s, owner %pd", rmr_state_name(m), d);
        else
            printk("  state %s, no owner", rmr_state_name(m));
        printk(", %u joins, %u leaves, %s%u faults\n", m->joins, m->leaves,
               m->faults_lost ? "at least " : "", m->faults);
        if ( m->kept )
            printk("  cannot be assigned: %s\n", m->kept);
    }
}

#ifdef CONFIG_HYPFS

static HYPFS_DIR_INIT(rmr_dir, "rmr");

#define TEXT_LEN  16 /* what may change: padded with zeroes to this */
#define LIST_LEN  256

enum { LEAF_NODE, LEAF_SMMU, LEAF_SIDS, LEAF_REGIONS, LEAF_CONTEXT, LEAF_PAGES,
       LEAF_STATE, LEAF_OWNER, LEAF_JOINS, LEAF_LEAVES, LEAF_FAULTS, NR_LEAVES };

struct rmr_folder {
    struct hypfs_entry_dir dir;
    struct hypfs_entry_leaf leaf[NR_LEAVES];
    char name[12];
    char sids[LIST_LEN];
    char regions[LIST_LEN];
};

static unsigned int cf_check text_getsize(const struct hypfs_entry *entry)
{
    return TEXT_LEN;
}

static int cf_check state_read(const struct hypfs_entry *entry,
                               XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct hypfs_entry_leaf *leaf =
        container_of(entry, const struct hypfs_entry_leaf, e);
    char text[TEXT_LEN] = {};

    safe_strcpy(text, rmr_state_name(leaf->u.content));

    return copy_to_guest(uaddr, text, TEXT_LEN) ? -EFAULT : 0;
}

static int cf_check owner_read(const struct hypfs_entry *entry,
                               XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct hypfs_entry_leaf *leaf =
        container_of(entry, const struct hypfs_entry_leaf, e);
    const struct rmr_master *m = leaf->u.content;
    const struct domain *d = ACCESS_ONCE(m->d);
    char text[TEXT_LEN] = {};

    if ( d )
        snprintf(text, sizeof(text), "%u", d->domain_id);
    else
        safe_strcpy(text, "none");

    return copy_to_guest(uaddr, text, TEXT_LEN) ? -EFAULT : 0;
}

static const struct hypfs_funcs state_funcs = {
    .enter = hypfs_node_enter,
    .exit = hypfs_node_exit,
    .read = state_read,
    .write = hypfs_write_deny,
    .getsize = text_getsize,
    .findentry = hypfs_leaf_findentry,
};

static const struct hypfs_funcs owner_funcs = {
    .enter = hypfs_node_enter,
    .exit = hypfs_node_exit,
    .read = owner_read,
    .write = hypfs_write_deny,
    .getsize = text_getsize,
    .findentry = hypfs_leaf_findentry,
};

static void __init add_leaf(struct rmr_folder *f, unsigned int which,
                            const char *name, unsigned int type,
                            const void *content, unsigned int size,
                            const struct hypfs_funcs *funcs)
{
    struct hypfs_entry_leaf *leaf = &f->leaf[which];

    leaf->e.type = type;
    leaf->e.encoding = XEN_HYPFS_ENC_PLAIN;
    leaf->e.name = name;
    leaf->e.size = size;
    leaf->e.funcs = funcs;
    leaf->u.content = content;
    INIT_LIST_HEAD(&leaf->e.list);
    hypfs_add_leaf(&f->dir, leaf, true);
}

static void __init add_string(struct rmr_folder *f, unsigned int which,
                              const char *name, const char *text)
{
    add_leaf(f, which, name, XEN_HYPFS_TYPE_STRING, text, strlen(text) + 1,
             &hypfs_leaf_ro_funcs);
}

static void __init add_uint(struct rmr_folder *f, unsigned int which,
                            const char *name, const unsigned int *value)
{
    add_leaf(f, which, name, XEN_HYPFS_TYPE_UINT, value, sizeof(*value),
             &hypfs_leaf_ro_funcs);
}

static void __init list_sids(char *to, const struct rmr_master *m)
{
    unsigned int i, len = 0;

    for ( i = 0; i < m->nr_sids && len < LIST_LEN; i++ )
    {
        len += snprintf(to + len, LIST_LEN - len, "%s%#x", i ? " " : "",
                        m->sids[i].id);
        if ( m->sids[i].mask && len < LIST_LEN )
            len += snprintf(to + len, LIST_LEN - len, "/%#x", m->sids[i].mask);
    }
}

static void __init list_regions(char *to, const struct rmr_master *m)
{
    unsigned int i, len = 0;

    for ( i = 0; i < m->nr_regions && len < LIST_LEN; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        len += snprintf(to + len, LIST_LEN - len,
                        "%s%"PRIrmr"+%"PRIrmr, i ? " " : "",
                        r->iova, r->size);
        if ( rmr_is_carveout(r) && len < LIST_LEN )
            len += snprintf(to + len, LIST_LEN - len, "=none");
        else if ( r->iova != r->pa && len < LIST_LEN )
            len += snprintf(to + len, LIST_LEN - len, "=%"PRIrmr, r->pa);
    }
}

static int cf_check banks_read(const struct hypfs_entry *entry,
                               XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct hypfs_entry_leaf *leaf =
        container_of(entry, const struct hypfs_entry_leaf, e);
    const struct rmr_master *m = leaf->u.content;
    char text[TEXT_LEN] = {};

    /* The second may come with a domain that cannot do without. */
    if ( m->nr_banks > 1 )
        snprintf(text, sizeof(text), "%u %u", m->banks[0], m->banks[1]);
    else
        snprintf(text, sizeof(text), "%u", m->banks[0]);

    return copy_to_guest(uaddr, text, TEXT_LEN) ? -EFAULT : 0;
}

static const struct hypfs_funcs banks_funcs = {
    .enter = hypfs_node_enter,
    .exit = hypfs_node_exit,
    .read = banks_read,
    .write = hypfs_write_deny,
    .getsize = text_getsize,
    .findentry = hypfs_leaf_findentry,
};

/* What the SMMU's generation has: a VMID, or context banks; or nothing. */
static void __init add_context(struct rmr_folder *f, const struct rmr_master *m)
{
    if ( !m->ctx )
        return;

    if ( m->nr_banks )
        add_leaf(f, LEAF_CONTEXT, "banks", XEN_HYPFS_TYPE_STRING, m, 0,
                 &banks_funcs);
    else
        add_uint(f, LEAF_CONTEXT, "vmid", &m->vmid);
}

static int __init add_folder(const struct rmr_master *m, unsigned int index)
{
    struct rmr_folder *f = xzalloc(struct rmr_folder);

    if ( !f )
        return -ENOMEM;

    snprintf(f->name, sizeof(f->name), "%u", index);
    f->dir.e.type = XEN_HYPFS_TYPE_DIR;
    f->dir.e.encoding = XEN_HYPFS_ENC_PLAIN;
    f->dir.e.name = f->name;
    f->dir.e.funcs = &hypfs_dir_funcs;
    INIT_LIST_HEAD(&f->dir.e.list);
    INIT_LIST_HEAD(&f->dir.dirlist);
    hypfs_add_dir(&rmr_dir, &f->dir, true);

    list_sids(f->sids, m);
    list_regions(f->regions, m);

    add_string(f, LEAF_NODE, "node", dt_node_full_name(m->np));
    add_string(f, LEAF_SMMU, "smmu", dt_node_full_name(m->iommu));
    add_string(f, LEAF_SIDS, "streamids", f->sids);
    add_string(f, LEAF_REGIONS, "regions", f->regions);
    add_context(f, m);
    add_uint(f, LEAF_PAGES, "table-pages", &m->table.nr_pages);
    add_leaf(f, LEAF_STATE, "state", XEN_HYPFS_TYPE_STRING, m, 0, &state_funcs);
    add_leaf(f, LEAF_OWNER, "owner", XEN_HYPFS_TYPE_STRING, m, 0, &owner_funcs);
    add_uint(f, LEAF_JOINS, "joins", &m->joins);
    add_uint(f, LEAF_LEAVES, "leaves", &m->leaves);
    add_uint(f, LEAF_FAULTS, "faults", &m->faults);

    return 0;
}

static void __init add_folders(void)
{
    const struct rmr_master *m;
    unsigned int index = 0;

    hypfs_add_dir(&hypfs_root, &rmr_dir, true);

    rmr_for_each_master ( m )
        if ( add_folder(m, index++) )
        {
            printk("rmr: %s and what follows are not in hypfs: no memory\n",
                   dt_node_full_name(m->np));
            return;
        }
}

#else

static void __init add_folders(void) {}

#endif /* CONFIG_HYPFS */

void __init rmr_dump_init(void)
{
    register_keyhandler('V', dump_masters, "dump RMR masters", true);
    add_folders();
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
