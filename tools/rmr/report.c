/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: kept in the order in which they are made, and told as text, in the
 * manner of a compiler, or as JSON.
 */
#include "host.h"

/* More than that nobody reads, and a tree may be hostile. */
#define MAX_FINDINGS 10000

static const char *const severities[] = {
    [NOTE] = "note",
    [WARNING] = "warning",
    [ERROR] = "error",
};

void findings_add(struct findings *f, const struct message *m, const char *node,
                  const char *text, ...)
{
    struct finding *new;
    va_list ap;

    if ( f->nr == MAX_FINDINGS )
        return;

    if ( !(f->nr & (f->nr - 1)) )
    {
        new = realloc(f->list, max(2 * f->nr, 1U) * sizeof(*new));
        if ( !new )
            abort();
        f->list = new;
    }

    new = &f->list[f->nr++];
    new->m = m;
    new->node = strdup(node ?: "/");
    va_start(ap, text);
    if ( !new->node || vasprintf(&new->text, text, ap) < 0 )
        abort();
    va_end(ap);
}

unsigned int findings_count(const struct findings *f, enum severity severity)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < f->nr; i++ )
        nr += f->list[i].m->severity == severity;

    return nr;
}

void findings_free(struct findings *f)
{
    unsigned int i;

    for ( i = 0; i < f->nr; i++ )
    {
        free(f->list[i].node);
        free(f->list[i].text);
    }
    free(f->list);
    memset(f, 0, sizeof(*f));
}

/* --- Bytes ------------------------------------------------------------------ */

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~';
}

void put_text(FILE *to, const char *s)
{
    for ( ; *s; s++ )
        if ( is_plain(*s) )
            putc(*s, to);
        else
            fprintf(to, "\\x%02x", (unsigned char)*s);
}

void put_json(FILE *to, const char *s)
{
    putc('"', to);
    for ( ; *s; s++ )
        if ( *s == '"' || *s == '\\' )
            fprintf(to, "\\%c", *s);
        else if ( is_plain(*s) )
            putc(*s, to);
        else
            fprintf(to, "\\u%04x", (unsigned char)*s);
    putc('"', to);
}

void put_xml(FILE *to, const char *s)
{
    for ( ; *s; s++ )
        if ( strchr("<>&\"'", *s) || !is_plain(*s) )
            fprintf(to, "&#%d;", *s < ' ' && *s > 0 ? '?' : (unsigned char)*s);
        else
            putc(*s, to);
}

/* --- As text ------------------------------------------------------------------ */

static void put_finding_text(FILE *to, const struct options *o,
                             const struct finding *x)
{
    put_text(to, o->file);
    putc(':', to);
    put_text(to, x->node);
    fprintf(to, ": %s: ", severities[x->m->severity]);
    put_text(to, x->text);
    fprintf(to, " [%s]\n", x->m->code);
    if ( x->m->severity == NOTE )
        return;

    fprintf(to, "    Xen %s.\n", x->m->does);
    fprintf(to, "    %s%s%s.\n", x->m->property ?: "",
            x->m->property ? ": " : "", x->m->mend);
}

void report_text(FILE *to, const struct options *o, const struct findings *f)
{
    unsigned int i;

    for ( i = 0; i < f->nr; i++ )
        put_finding_text(to, o, &f->list[i]);
}

static void put_sum(const struct findings *f)
{
    const unsigned int errors = findings_count(f, ERROR);
    const unsigned int warnings = findings_count(f, WARNING);

    if ( list_empty(&rmr_masters) )
        printf("no device is kept; ");
    printf("%u error%s, %u warning%s\n", errors, errors == 1 ? "" : "s",
           warnings, warnings == 1 ? "" : "s");
}

/* --- As JSON ------------------------------------------------------------------ */

static void put_member(const char *name, const char *value)
{
    printf(", \"%s\": ", name);
    if ( value )
        put_json(stdout, value);
    else
        printf("null");
}

/* JSON has no hexadecimal numbers, and its readers no 64 bits. */
static void put_address(const char *name, paddr_t value)
{
    printf(", \"%s\": \"%#lx\"", name, value);
}

static void put_master(const struct rmr_master *m)
{
    unsigned int i;

    printf("\"node\": ");
    put_json(stdout, dt_node_full_name(m->np));
    put_member("iommu", dt_node_full_name(m->iommu));
    put_member("never_assigned", m->kept);
    printf(", \"streams\": [");
    for ( i = 0; i < m->nr_sids; i++ )
        printf("%s{\"id\": %u, \"mask\": %u}", i ? ", " : "", m->sids[i].id,
               m->sids[i].mask);
    printf("], \"regions\": [");
    for ( i = 0; i < m->nr_regions; i++ )
    {
        const struct rmr_region *r = &m->regions[i];

        printf("%s{\"node\": ", i ? ", " : "");
        if ( r->np )
            put_json(stdout, dt_node_full_name(r->np));
        else
            printf("null");
        put_address("iova", r->iova);
        if ( !rmr_is_carveout(r) )
            put_address("pa", r->pa);
        put_address("size", r->size);
        putchar('}');
    }
    putchar(']');
}

static void put_finding(const struct finding *x)
{
    printf("\"code\": \"%s\", \"severity\": \"%s\"", x->m->code,
           severities[x->m->severity]);
    put_member("node", x->node);
    put_member("property", x->m->property);
    put_member("text", x->text);
    put_member("does", x->m->does);
    put_member("mend", x->m->mend);
}

static void report_json(const struct options *o, const struct findings *f)
{
    const struct rmr_master *m;
    unsigned int i;

    printf("{\"file\": ");
    put_json(stdout, o->file);
    printf(",\n \"errors\": %u, \"warnings\": %u,\n \"masters\": [",
           findings_count(f, ERROR), findings_count(f, WARNING));
    i = 0;
    rmr_for_each_master ( m )
    {
        printf("%s\n  {", i++ ? "," : "");
        put_master(m);
        putchar('}');
    }
    printf("],\n \"findings\": [");
    for ( i = 0; i < f->nr; i++ )
    {
        printf("%s\n  {", i ? "," : "");
        put_finding(&f->list[i]);
        putchar('}');
    }
    printf("]}\n");
}

int report(const struct options *o, const struct findings *f)
{
    if ( o->json )
        report_json(o, f);
    else
    {
        report_text(stdout, o, f);
        put_sum(f);
    }

    return findings_count(f, ERROR) ? STATUS_ERRORS :
           findings_count(f, WARNING) ? STATUS_WARNINGS : STATUS_CLEAN;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
