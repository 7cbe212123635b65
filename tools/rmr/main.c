/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of xen-rmr. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

/*
 * What a domain's p2m has of address bits is min(CPU, SMMU), which no tree
 * says. 40 is what the least of the cores with virtualization have.
 */
#define IPA_BITS 40

static const char usage_text[] =
"Usage: xen-rmr lint [OPTION...] BOARD.dtb\n"
"       xen-rmr plan [OPTION...] BOARD.dtb\n"
"       xen-rmr annotate [OPTION...] --master NODE --region BASE+SIZE BOARD.dtb\n"
"       xen-rmr explain [CODE]\n"
"\n"
"What Xen on Arm makes of the memory that a device tree reserves for DMA, before\n"
"it is booted. BOARD.dtb may be \"-\", standard input.\n"
"\n"
"  lint      each device whose DMA Xen keeps alive, and everything that is wrong\n"
"  plan      what Xen needs for it, and where a guest's memory goes\n"
"  annotate  give a device a region: in a new tree, or in what makes one of this\n"
"  explain   what a finding's code means; all of them without one\n"
"\n"
"Options of all three:\n"
"  --rmr ITEM         as with rmr=ITEM on Xen's command line; may be repeated\n"
"  --ipa-bits N       address bits that CPU and SMMU have: 32, 36, 40 (default),\n"
"                     42, 44 or 48\n"
"  --help             this text\n"
"\n"
"Options of lint:\n"
"  --json             for programs\n"
"\n"
"Options of plan:\n"
"  --guest ITEMS      what a guest is to have, as in xl.cfg:\n"
"                     memory=MB,dtdev=PATH[,rdm_policy=relaxed][,dtdev=...]\n"
"  --svg              draw the addresses of host and guest\n"
"\n"
"Options of annotate:\n"
"  --master NODE      the device: its path, or an alias of it\n"
"  --region BASE+SIZE memory that it uses; K, M and G may follow; may be repeated\n"
"  --no-map           the kernel is not to map the memory\n"
"  -o FILE            where the new tree, or the overlay, goes\n"
"  --overlay          write an overlay\n"
"  --uboot            print commands for U-Boot, after `fdt addr'\n"
"  --cmdline          print what Xen's command line needs; the tree stays\n"
"\n"
"Exit status: 0, 1 with warnings, 2 with errors, 64 for wrong usage.\n";

static int usage(const char *wrong)
{
    fprintf(stderr, "xen-rmr: %s; see xen-rmr --help\n", wrong);

    return STATUS_USAGE;
}

static int run_lint(const void *fdt, const struct options *o)
{
    struct findings f = {};
    int status;

    if ( xen_load(fdt, o, &f) )
        lint(&f);
    status = report(o, &f);

    xen_forget();
    findings_free(&f);

    return status;
}

static int run_plan(const void *fdt, const struct options *o)
{
    const char *wrong = NULL;
    struct findings f = {};
    bool refused = false, booted = xen_load(fdt, o, &f);
    unsigned int errors;

    if ( booted )
    {
        wrong = plan(o, &refused);
        lint(&f);
    }
    errors = findings_count(&f, ERROR);
    if ( errors )
        fprintf(stderr, "xen-rmr: %u error%s, see xen-rmr lint\n", errors,
                errors == 1 ? "" : "s");

    xen_forget();
    findings_free(&f);

    return wrong ? usage(wrong) :
           errors || refused ? STATUS_ERRORS : STATUS_CLEAN;
}

static void explain(const struct message *m)
{
    static const char *const severities[] = {
        [NOTE] = "note", [WARNING] = "warning", [ERROR] = "error",
    };

    printf("%s: %s\n", m->code, severities[m->severity]);
    if ( m->text )
        printf("    Says: %.*s\n", (int)strcspn(m->text, "\n"), m->text);
    if ( m->property )
        printf("    Property: %s\n", m->property);
    printf("    Xen %s.\n", m->does);
    if ( m->mend )
        printf("    To mend it: %s.\n", m->mend);
}

static int run_explain(const char *code)
{
    unsigned int i, nr = 0;

    for ( i = 0; i < nr_messages; i++ )
        if ( !code || !strcmp(messages[i].code, code) )
        {
            explain(&messages[i]);
            nr++;
        }

    return nr ? STATUS_CLEAN : usage("there is no such code");
}

/* "@base+@size", with K, M or G behind either. */
static bool parse_region(const char *s, struct asked_region *r)
{
    uint64_t *const values[] = { &r->base, &r->size };
    static const char units[] = "KMG";
    unsigned int i;

    for ( i = 0; i < 2; i++ )
    {
        const char *unit;
        char *end;

        if ( *s < '0' || *s > '9' )
            return false;
        errno = 0;
        *values[i] = strtoull(s, &end, 0);
        unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
        if ( unit )
        {
            const unsigned int shift = 10 * (unit - units + 1);

            if ( *values[i] >> (64 - shift) )
                return false;
            *values[i] <<= shift;
            end++;
        }
        if ( errno || *end != (i ? '\0' : '+') )
            return false;
        s = end + 1;
    }

    return r->size && r->base + r->size - 1 >= r->base;
}

static const struct option known[] = {
    { "json", no_argument, NULL, 'j' },
    { "rmr", required_argument, NULL, 'r' },
    { "ipa-bits", required_argument, NULL, 'b' },
    { "master", required_argument, NULL, 'm' },
    { "region", required_argument, NULL, 'R' },
    { "no-map", no_argument, NULL, 'n' },
    { "output", required_argument, NULL, 'o' },
    { "overlay", no_argument, NULL, 'O' },
    { "uboot", no_argument, NULL, 'U' },
    { "cmdline", no_argument, NULL, 'C' },
    { "guest", required_argument, NULL, 'g' },
    { "svg", no_argument, NULL, 's' },
    { "help", no_argument, NULL, 'h' },
    {}
};

/* NULL, or what is wrong with option @c. */
static const char *take_option(struct options *o, int c, const char *arg)
{
    char *end;

    switch ( c )
    {
    case 'j':
        o->json = true;
        break;

    case 'r':
        if ( o->nr_items == MAX_ITEMS_ASKED )
            return "too many --rmr";
        o->items[o->nr_items++] = arg;
        break;

    case 'b':
        o->ipa_bits = strtoul(arg, &end, 10);
        if ( *end || !plan_knows_bits(o->ipa_bits) )
            return "--ipa-bits is none of 32, 36, 40, 42, 44 and 48";
        break;

    case 'm':
        o->master = arg;
        break;

    case 'R':
        if ( o->nr_regions == MAX_REGIONS_ASKED )
            return "too many --region";
        if ( !parse_region(arg, &o->regions[o->nr_regions++]) )
            return "--region is no BASE+SIZE";
        break;

    case 'g':
        o->guest = arg;
        break;

    case 's':
        o->svg = true;
        break;

    case 'n':
        o->no_map = true;
        break;

    case 'o':
        o->output = arg;
        break;

    case 'O':
    case 'U':
    case 'C':
        if ( o->form != FORM_TREE )
            return "one of --overlay, --uboot and --cmdline, please";
        o->form = c == 'O' ? FORM_OVERLAY : c == 'U' ? FORM_UBOOT
                                                     : FORM_CMDLINE;
        break;
    }

    return NULL;
}

/* NULL, or what is missing, or too much. */
static const char *check_annotate(const struct options *o)
{
    if ( !o->master || !o->nr_regions )
        return "annotate needs --master and --region";
    if ( (o->form == FORM_TREE || o->form == FORM_OVERLAY) && !o->output )
        return "annotate needs -o FILE";
    if ( (o->form == FORM_UBOOT || o->form == FORM_CMDLINE) && o->output )
        return "-o is for a tree or an overlay";

    return NULL;
}

/* What is done with a tree, and the options that it has. */
static const struct command {
    const char *name, *options;
    int (*run)(const void *fdt, const struct options *o);
    const char *(*check)(const struct options *o);
} commands[] = {
    { "lint", "rbj", run_lint, NULL },
    { "plan", "rbgs", run_plan, NULL },
    { "annotate", "rbmRnoOUC", annotate, check_annotate },
};

static int run(const char *name, struct options *o, const char *given,
               const char *file)
{
    const struct command *c = commands;
    const struct command *const end = commands + sizeof(commands) /
                                                 sizeof(commands[0]);
    const char *wrong = NULL;
    int status = STATUS_ERRORS;
    void *fdt;

    while ( c < end && strcmp(c->name, name) )
        c++;
    if ( c == end )
        return usage("no such command");
    if ( given[strspn(given, c->options)] )
        return usage("wrong option for this command");
    if ( !file )
        return usage("one device tree, please");
    if ( c->check )
        wrong = c->check(o);
    if ( wrong )
        return usage(wrong);

    o->file = file;
    fdt = blob_read(file);
    if ( fdt )
        status = c->run(fdt, o);
    free(fdt);

    return status;
}

int main(int argc, char **argv)
{
    struct options o = { .ipa_bits = IPA_BITS };
    /* The letters of options that there were. */
    char given[sizeof(known) / sizeof(known[0])] = "";
    const char *wrong = NULL;
    int c;

    while ( (c = getopt_long(argc, argv, "ho:", known, NULL)) != -1 && !wrong )
    {
        if ( c == 'h' )
        {
            fputs(usage_text, stdout);
            return STATUS_CLEAN;
        }
        wrong = c == '?' ? "wrong option" : take_option(&o, c, optarg);
        if ( !wrong && !strchr(given, c) )
            given[strlen(given)] = c;
    }
    if ( wrong )
        return usage(wrong);
    if ( optind == argc )
        return usage("no command");
    if ( !strcmp(argv[optind], "explain") )
        return given[0] ? usage("wrong option for this command") :
               argc - optind > 2 ? usage("one code, please")
                                 : run_explain(argv[optind + 1]);

    return run(argv[optind], &o, given,
               argc - optind == 2 ? argv[optind + 1] : NULL);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
