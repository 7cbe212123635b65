/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sequence of operations for random.c: drawn from a seed, or read from a line
 * of text, which lasts when what a seed draws has changed. The corpus has them.
 *
 *   310010 a1d t0n!3 m2:1c c1 u1 a0d@33:04
 *
 * First the machine: log2 of the command queue; is the SMMU lazy; a second one
 * (2: a lazy one); another StreamID for the display; the SMMU of the net; does
 * the net stay with Xen. Then what is done to which domain: a assign, t take
 * away a master (its letter follows), m map or unmap a page (which one, and the
 * frame), c create or destroy, p create but leave it paused, u unpause. !n: the
 * n-th allocation fails. @n: the other CPU changes dom0's memory at the n-th
 * step, as an m of dom0 does. ~n: the call is cut off after n steps, and does not
 * come again.
 */
#ifndef MODEL_SEQUENCE_H
#define MODEL_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_OPERATIONS 48
#define NR_MASTERS     4

struct page_change {
    unsigned int page, frame;
};

struct operation {
    char what;
    unsigned int dom, master;
    struct page_change memory;
    unsigned int fail_at;              /* 0: no allocation fails */
    unsigned int steps;                /* 0: all of an assignment or removal */
    unsigned int other_at;             /* 0: the other CPU does nothing */
    struct page_change other;
};

struct sequence {
    unsigned int cmdq_log2, lazy, second, alias, net_smmu, net_stays;
    unsigned int nr;
    struct operation op[MAX_OPERATIONS];
};

extern const char sequence_masters[NR_MASTERS];

void sequence_draw(struct sequence *q, unsigned long seed);
void sequence_print(const struct sequence *q, char *text, size_t size);
bool sequence_parse(struct sequence *q, const char *text);

#endif /* MODEL_SEQUENCE_H */
