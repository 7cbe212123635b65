/* SPDX-License-Identifier: GPL-2.0-only */
/* Sequences from seeds, and to and from text; see sequence.h. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sequence.h"

const char sequence_masters[NR_MASTERS] = { 'd', 'a', 'n', 'k' };

/* --- Drawing ---------------------------------------------------------------------- */

static uint64_t state;

static unsigned int draw(unsigned int n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;

    return (state >> 33) % n;
}

static struct page_change draw_page(void)
{
    struct page_change c = { .page = draw(2) };

    c.frame = draw(16);

    return c;
}

/* What dom0 does not do is be created, or destroyed. */
static void draw_operation(struct operation *op)
{
    static const char what[] = "aattmmcccu";

    memset(op, 0, sizeof(*op));
    op->dom = draw(3);
    op->master = draw(NR_MASTERS);
    op->what = what[draw(op->dom ? 10 : 6)];
    if ( op->what == 'c' && draw(3) == 0 )
        op->what = 'p';
    if ( op->what == 'm' )
        op->memory = draw_page();

    if ( draw(6) == 0 )
        op->fail_at = 1 + draw(strchr("cp", op->what) ? 20 : 6);
    else if ( draw(8) == 0 )
    {
        op->other_at = 1 + draw(100);
        op->other = draw_page();
    }
    if ( strchr("at", op->what) && draw(4) == 0 )
        op->steps = 1 + draw(3);
}

/* Half of all are short, and as many operations are in long ones. */
static unsigned int draw_length(void)
{
    unsigned int n = 6;

    while ( n < MAX_OPERATIONS && draw(2) )
        n *= 2;

    return n;
}

void sequence_draw(struct sequence *q, unsigned long seed)
{
    unsigned int i;

    state = seed * 0x9e3779b97f4a7c15UL + 1;
    for ( i = 0; i < 4; i++ )
        draw(2);

    memset(q, 0, sizeof(*q));
    q->cmdq_log2 = 1 + draw(4);
    q->lazy = draw(2);
    q->second = draw(3) ? 0 : 1 + draw(2);
    q->alias = draw(2);
    q->net_smmu = q->second ? draw(2) : 0;
    q->net_stays = draw(2);
    q->nr = draw_length();
    for ( i = 0; i < q->nr; i++ )
        draw_operation(&q->op[i]);
}

/* --- Text -------------------------------------------------------------------------- */

static int print_operation(const struct operation *op, char *text, size_t size)
{
    int n = snprintf(text, size, " %c%u", op->what, op->dom);

    if ( op->what == 'a' || op->what == 't' )
        n += snprintf(text + n, size - n, "%c", sequence_masters[op->master]);
    if ( op->what == 'm' )
        n += snprintf(text + n, size - n, ":%u%x", op->memory.page,
                      op->memory.frame);
    if ( op->fail_at )
        n += snprintf(text + n, size - n, "!%u", op->fail_at);
    if ( op->other_at )
        n += snprintf(text + n, size - n, "@%u:%u%x", op->other_at,
                      op->other.page, op->other.frame);
    if ( op->steps )
        n += snprintf(text + n, size - n, "~%u", op->steps);

    return n;
}

void sequence_print(const struct sequence *q, char *text, size_t size)
{
    int n = snprintf(text, size, "%u%u%u%u%u%u", q->cmdq_log2, q->lazy,
                     q->second, q->alias, q->net_smmu, q->net_stays);
    unsigned int i;

    for ( i = 0; i < q->nr && (size_t)n + 32 < size; i++ )
        n += print_operation(&q->op[i], text + n, size - n);
}

static bool parse_page(const char **at, struct page_change *c)
{
    int n = 0;

    if ( sscanf(*at, ":%1u%1x%n", &c->page, &c->frame, &n) != 2 || c->page > 1 )
        return false;
    *at += n;

    return true;
}

static bool parse_operation(struct operation *op, const char *at)
{
    const char *master;
    int n = 0;

    memset(op, 0, sizeof(*op));
    if ( sscanf(at, "%c%1u%n", &op->what, &op->dom, &n) != 2 || op->dom > 2 ||
         !strchr(op->dom ? "atmcpu" : "atm", op->what) )
        return false;
    at += n;
    if ( op->what == 'm' && !parse_page(&at, &op->memory) )
        return false;
    if ( op->what == 'a' || op->what == 't' )
    {
        master = *at ? memchr(sequence_masters, *at++, NR_MASTERS) : NULL;
        if ( !master )
            return false;
        op->master = master - sequence_masters;
    }
    n = 0;
    if ( sscanf(at, "!%u%n", &op->fail_at, &n) == 1 )
        at += n;
    else if ( sscanf(at, "@%u%n", &op->other_at, &n) == 1 )
    {
        at += n;
        if ( !parse_page(&at, &op->other) )
            return false;
    }
    n = 0;
    if ( sscanf(at, "~%u%n", &op->steps, &n) == 1 )
        at += n;

    return !*at;
}

bool sequence_parse(struct sequence *q, const char *text)
{
    char word[32];
    int n;

    memset(q, 0, sizeof(*q));
    if ( sscanf(text, " %1u%1u%1u%1u%1u%1u%n", &q->cmdq_log2, &q->lazy,
                &q->second, &q->alias, &q->net_smmu, &q->net_stays, &n) != 6 ||
         !q->cmdq_log2 || q->net_smmu > !!q->second )
        return false;
    for ( text += n; sscanf(text, " %31s%n", word, &n) == 1; text += n )
        if ( q->nr == MAX_OPERATIONS ||
             !parse_operation(&q->op[q->nr++], word) )
            return false;

    return true;
}
