/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address map as a picture: the host's memory on the left, the guest's on
 * the right, one scale for both, so that what is one to one is level. Every
 * stretch between two edges gets a height that grows with the logarithm of its
 * size: a page can be seen beside a gigabyte.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* At least, for the names; and what a letter of them takes. */
#define MARGIN 360U
#define LETTER 7U
#define COLUMN 150U
#define BETWEEN 160U
#define TOP    50U
#define GAP    12U

struct scale {
    uint64_t *edges;                   /* ascending, each once */
    unsigned int *y;                   /* of each edge, from the bottom */
    unsigned int nr;
    unsigned int margin;               /* left of the host, right of the guest */
};

static const struct {
    const char *name, *colour;
} kinds[NR_KINDS] = {
    [RAM] = { "RAM", "#cfe3f5" },
    [RESERVED] = { "reserved", "#e4e4e4" },
    [REGION] = { "region", "#f5b041" },
    [FIXED] = { "fixed", "#d5c7e8" },
};

static int cmp_edges(const void *a, const void *b)
{
    const uint64_t *l = a, *r = b;

    return *l < *r ? -1 : *l > *r;
}

static bool is_covered(const struct map *map, uint64_t at)
{
    unsigned int i;

    for ( i = 0; i < map->nr; i++ )
        if ( at - map->list[i].start < map->list[i].size )
            return true;

    return false;
}

/* That the longest name goes beside its column. */
static unsigned int margin_of(const struct map *map)
{
    unsigned int i, margin = MARGIN;

    for ( i = 0; i < map->nr; i++ )
    {
        const struct mapped *m = &map->list[i];
        unsigned int len = snprintf(NULL, 0, "%#"PRIx64" %s", m->start, m->what);

        if ( margin < len * LETTER + 16 )
            margin = len * LETTER + 16;
    }

    return margin;
}

static unsigned int height_of(uint64_t size)
{
    unsigned int height = 16;

    for ( size >>= 12; size; size >>= 1 )
        height += 3;

    return height;
}

static void make_scale(struct scale *s, const struct map *map)
{
    unsigned int i, nr = 0;

    s->edges = calloc(2 * map->nr + 1, sizeof(*s->edges));
    s->y = calloc(2 * map->nr + 1, sizeof(*s->y));
    if ( !s->edges || !s->y )
        abort();
    s->margin = margin_of(map);

    for ( i = 0; i < map->nr; i++ )
    {
        s->edges[nr++] = map->list[i].start;
        s->edges[nr++] = map->list[i].start + map->list[i].size;
    }
    qsort(s->edges, nr, sizeof(*s->edges), cmp_edges);

    for ( i = 0; i < nr; i++ )
        if ( !i || s->edges[i] != s->edges[s->nr - 1] )
            s->edges[s->nr++] = s->edges[i];
    for ( i = 1; i < s->nr; i++ )
        s->y[i] = s->y[i - 1] + (is_covered(map, s->edges[i - 1]) ?
                                 height_of(s->edges[i] - s->edges[i - 1]) : GAP);
}

/* From the top of the picture, which has the highest address. */
static unsigned int y_of(const struct scale *s, uint64_t edge)
{
    const uint64_t *p = bsearch(&edge, s->edges, s->nr, sizeof(*p), cmp_edges);

    return TOP + s->y[s->nr - 1] - s->y[p - s->edges];
}

static unsigned int x_of(const struct scale *s, enum side side)
{
    return side == HOST ? s->margin : s->margin + COLUMN + BETWEEN;
}

static void put_box(FILE *to, const struct scale *s, const struct mapped *m)
{
    const unsigned int top = y_of(s, m->start + m->size);
    const unsigned int bottom = y_of(s, m->start), x = x_of(s, m->side);
    const unsigned int inset = m->kind == RAM ? 0 : m->kind == REGION ? 30 : 15;

    fprintf(to, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#555\"%s><title>",
            x + inset, top, COLUMN - 2 * inset, bottom - top,
            kinds[m->kind].colour,
            m->side == GUEST && m->kind == REGION && m->pa == NO_PA ?
            " fill-opacity=\"0.3\" stroke-dasharray=\"4\"" : "");
    put_xml(to, m->what);
    fprintf(to, " %#"PRIx64"-%#"PRIx64"</title></rect>\n", m->start,
            m->start + m->size - 1);
    if ( m->kind == RESERVED )
        return;

    /* RAM may begin where a region does: it is named at its other end. */
    fprintf(to, "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\">%#"PRIx64" ",
            m->side == HOST ? x - 8 : x + COLUMN + 8,
            m->kind == RAM ? top + 11 : bottom - 3,
            m->side == HOST ? "end" : "start", m->start);
    put_xml(to, m->what);
    fprintf(to, "</text>\n");
}

/* From a region of the guest to the memory behind it. */
static void put_link(FILE *to, const struct scale *s, const struct map *map,
                     const struct mapped *m)
{
    const unsigned int left = x_of(s, HOST) + COLUMN - 30;
    const unsigned int right = x_of(s, GUEST) + 30;
    unsigned int i;

    for ( i = 0; i < map->nr; i++ )
    {
        const struct mapped *h = &map->list[i];

        if ( h->side != HOST || h->kind != REGION || h->start != m->pa ||
             h->size != m->size || strcmp(h->what, m->what) )
            continue;

        fprintf(to, "<polygon points=\"%u,%u %u,%u %u,%u %u,%u\" fill=\"#f5b041\" fill-opacity=\"0.25\"/>\n",
                left, y_of(s, h->start), left, y_of(s, h->start + h->size),
                right, y_of(s, m->start + m->size), right, y_of(s, m->start));
        return;
    }
}

void svg(FILE *to, const struct map *map)
{
    struct scale s = {};
    unsigned int i;

    make_scale(&s, map);
    fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" font-family=\"monospace\" font-size=\"11\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
            "<text x=\"%u\" y=\"30\" font-size=\"16\">host</text>\n",
            2 * (s.margin + COLUMN) + BETWEEN,
            TOP + 30 + (s.nr ? s.y[s.nr - 1] : 0), x_of(&s, HOST));
    if ( map->guest )
        fprintf(to, "<text x=\"%u\" y=\"30\" font-size=\"16\">guest</text>\n",
                x_of(&s, GUEST));

    for ( i = 0; i < map->nr; i++ )
        put_box(to, &s, &map->list[i]);
    for ( i = 0; i < map->nr; i++ )
        if ( map->list[i].side == GUEST && map->list[i].kind == REGION )
            put_link(to, &s, map, &map->list[i]);
    fprintf(to, "</svg>\n");

    free(s.edges);
    free(s.y);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
