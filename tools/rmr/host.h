/* SPDX-License-Identifier: GPL-2.0-only */
/* For the files that see Xen's structures: host.c, lint.c, plan.c, report.c. */
#ifndef XEN_RMR_HOST_H
#define XEN_RMR_HOST_H

#include "gen/rmr.h"
#include "xen-rmr.h"

extern struct dt_device_node *dt_host;

/* Of the tails of dt.c and device-tree.c: statics are as at boot again. */
void shim_forget_cmdline(void);
void shim_forget_tree(void);

/* lint.c: "StreamIDs ..." of @m. */
void master_streams(const struct rmr_master *m, char *text, size_t size);

#endif /* XEN_RMR_HOST_H */
