/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the code under test has done since counts_reset(): for the costs of a
 * switch (scenarios/costs.c). Counted where it happens.
 */
#ifndef MODEL_COUNTS_H
#define MODEL_COUNTS_H

struct counts {
    unsigned long stores;              /* to DMA memory, commands included */
    unsigned long commands;            /* SMMUv3: of two stores each */
    unsigned long cfgi;
    unsigned long tlbi;
    unsigned long syncs;
    unsigned long reads;               /* of registers */
    unsigned long writes;
    unsigned long allocations;
    unsigned long pages;
};

extern struct counts counts;

#endif /* MODEL_COUNTS_H */
