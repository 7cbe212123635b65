/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Guests that get devices with reserved memory (RMR masters, Arm only): judged
 * and laid out before the domain exists, then built accordingly.
 *
 * The state between the phases hangs on libxl__domain_build_state; it is NULL
 * for every domain whose layout is what it always was.
 */
#ifndef LIBXL_RMR_H
#define LIBXL_RMR_H

struct libxl__rmr;
struct xc_dom_image;

#if defined(__arm__) || defined(__aarch64__)

/*
 * Before the domain exists: asks the hypervisor for the masters, settles the
 * policy of each dtdev, refuses what cannot be, and makes state->rmr.
 */
_hidden int libxl__rmr_prepare(libxl__gc *gc, libxl_domain_config *d_config,
                               libxl__domain_build_state *state);

/*
 * The partial device tree, when it has been read (*@pfdt_r may be NULL): the
 * nodes of the guest's devices are linked to their regions. Replaces *@pfdt_r.
 */
_hidden int libxl__rmr_partial_fdt(libxl__gc *gc, struct libxl__rmr *rmr,
                                   void **pfdt_r);

/* RAM and /reserved-memory, in sequential write. Errors are libfdt's. */
_hidden int libxl__rmr_make_nodes(struct libxl__rmr *rmr, void *fdt,
                                  const void *pfdt);

/* All sizes are known: RAM, kernel and modules get their places in @dom. */
_hidden int libxl__rmr_place(libxl__gc *gc, const struct libxl__rmr *rmr,
                             struct xc_dom_image *dom);

/* One extended region of a bank that ends at @last, clear of what is taken. */
_hidden void libxl__rmr_extended_region(const struct xc_dom_image *dom,
                                        unsigned int bank, uint64_t last,
                                        uint64_t *base, uint64_t *size);

#else

static inline int libxl__rmr_prepare(libxl__gc *gc,
                                     libxl_domain_config *d_config,
                                     libxl__domain_build_state *state)
{
    return 0;
}

#endif

#endif

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
