/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * XEN_SYSCTL_rmr_master: what the hypervisor knows of one RMR master.
 */
#include "xc_private.h"

int xc_rmr_master(xc_interface *xch, struct xen_sysctl_rmr_master *master,
                  char *text, xen_sysctl_rmr_stream_t *streams,
                  xen_sysctl_rmr_region_t *regions)
{
    struct xen_sysctl sysctl = {
        .cmd = XEN_SYSCTL_rmr_master,
        .u.rmr_master = *master,
    };
    DECLARE_HYPERCALL_BOUNCE(text, master->text_size,
                             XC_HYPERCALL_BUFFER_BOUNCE_OUT);
    DECLARE_HYPERCALL_BOUNCE(streams, master->nr_streams * sizeof(*streams),
                             XC_HYPERCALL_BUFFER_BOUNCE_OUT);
    DECLARE_HYPERCALL_BOUNCE(regions, master->nr_regions * sizeof(*regions),
                             XC_HYPERCALL_BUFFER_BOUNCE_OUT);
    int ret = -1;

    if ( xc_hypercall_bounce_pre(xch, text) ||
         xc_hypercall_bounce_pre(xch, streams) ||
         xc_hypercall_bounce_pre(xch, regions) )
        goto out;

    set_xen_guest_handle(sysctl.u.rmr_master.text, text);
    set_xen_guest_handle(sysctl.u.rmr_master.streams, streams);
    set_xen_guest_handle(sysctl.u.rmr_master.regions, regions);

    ret = do_sysctl(xch, &sysctl);
    if ( !ret )
        *master = sysctl.u.rmr_master;

 out:
    xc_hypercall_bounce_post(xch, regions);
    xc_hypercall_bounce_post(xch, streams);
    xc_hypercall_bounce_post(xch, text);

    return ret;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
