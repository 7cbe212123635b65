/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What every guest has at an address that is public ABI, as far as a region
 * could be there. For libxl_rmr.c, and for xen-rmr, which tells before a boot
 * what xl is going to do. GUEST_* are those of xen/arch-arm.h.
 */
#ifndef LIBXL_RMR_GUEST_H
#define LIBXL_RMR_GUEST_H

#include "libxl_rmr_layout.h"

static const libxl__rmr_range banks[] = {
    { GUEST_RAM0_BASE, GUEST_RAM0_SIZE },
    { GUEST_RAM1_BASE, GUEST_RAM1_SIZE },
};

/* Every guest is promised these, and the hypervisor refuses a region there. */
static const libxl__rmr_fixed always[] = {
    { { GUEST_VIRTIO_MMIO_BASE, GUEST_VIRTIO_MMIO_SIZE },
      "virtio-mmio devices", NULL },
    { { GUEST_GICV3_GICD_BASE, GUEST_GICV3_GICD_SIZE },
      "its interrupt controller", NULL },
    { { GUEST_GICV3_GICR0_BASE, GUEST_GICV3_GICR0_SIZE },
      "its interrupt controller's redistributors", NULL },
    { { GUEST_PL011_BASE, GUEST_PL011_SIZE }, "an emulated PL011", NULL },
    { { GUEST_GNTTAB_BASE, GUEST_GNTTAB_SIZE }, "its grant table", NULL },
    { { GUEST_MAGIC_BASE, GUEST_MAGIC_SIZE }, "its magic pages", NULL },
};

#endif

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
