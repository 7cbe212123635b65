/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * RAM in the pieces that the caller has chosen (struct xc_dom_image,
 * ram_ranges), in place of one piece for each bank. Called from meminit.
 */
#ifndef XG_DOM_RMR_H
#define XG_DOM_RMR_H

/* Makes @nr_pfns pages of RAM from @base_pfn on. */
typedef int xg_populate_fn(struct xc_dom_image *dom, xen_pfn_t base_pfn,
                           xen_pfn_t nr_pfns);

int xg_rmr_meminit(struct xc_dom_image *dom, xg_populate_fn *populate);

#endif
