/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends of generated sources: what only code in the same unit can reach, so
 * that each test starts from nothing.
 */
#ifdef TAIL_OF_DT
void shim_forget_cmdline(void);
void shim_forget_cmdline(void)
{
    enabled = true;
    nr_items = 0;
    nr_ignored = 0;
    nr_cmdline_banks = 0;
}
#endif

#ifdef TAIL_OF_DEVICE_TREE
void shim_forget_tree(void);
void shim_forget_tree(void)
{
    struct dt_alias_prop *ap, *tmp;

    list_for_each_entry_safe ( ap, tmp, &aliases_lookup, link )
    {
        list_del(&ap->link);
        xfree(ap);
    }

    /* The whole tree is one allocation, which begins with the root. */
    xfree(dt_host);
    dt_host = NULL;
}
#endif
