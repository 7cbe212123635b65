/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scenarios of guests share. */
#ifndef MODEL_GUESTS_H
#define MODEL_GUESTS_H

#include "ops.h"

/* One SMMU, a display with a region and an ordinary master: neither is dom0's. */
void guest_machine(void);
/* dom0 runs, all other devices are known. */
void guest_boot(void);

/* Reaches @d's memory, and its regions are mapped and pinned there. */
void expect_joined(const char *name, struct dom *d);
/* On its own table, and nothing is mapped in @d. */
void expect_left(const char *name, struct dom *d);

#endif /* MODEL_GUESTS_H */
