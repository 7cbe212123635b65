/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of xen-rmr. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "xen-rmr.h"

/*
 * What a domain's p2m has of address bits is min(CPU, SMMU), which no tree
 * says. 40 is what the least of the cores with virtualization have.
 */
#define IPA_BITS     40
#define IPA_BITS_MIN 32
#define IPA_BITS_MAX 48

static const char usage_text[] =
"Usage: xen-rmr lint [OPTION...] BOARD.dtb\n"
"       xen-rmr explain [CODE]\n"
"\n"
"What Xen on Arm makes of the memory that a device tree reserves for DMA, before\n"
"it is booted.\n"
"\n"
"  lint      each device whose DMA Xen keeps alive, and everything that is wrong\n"
"  explain   what a finding's code means; all of them without one\n"
"\n"
"Options:\n"
"  --json             for programs\n"
"  --rmr ITEM         as with rmr=ITEM on Xen's command line; may be repeated\n"
"  --ipa-bits N       address bits of CPU and SMMU, 32 to 48 (default: 40)\n"
"  --help             this text\n"
"\n"
"Exit status: 0, 1 with warnings, 2 with errors, 64 for wrong usage.\n";

static int usage(const char *wrong)
{
    fprintf(stderr, "xen-rmr: %s; see xen-rmr --help\n", wrong);

    return STATUS_USAGE;
}

static int run_lint(const struct options *o)
{
    struct findings f = {};
    void *fdt = blob_read(o->file);
    int status;

    if ( !fdt )
        return STATUS_ERRORS;

    if ( xen_load(fdt, o, &f) )
        lint(&f);
    status = report(o, &f);

    xen_forget();
    findings_free(&f);
    free(fdt);

    return status;
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

int main(int argc, char **argv)
{
    enum { JSON = 256, RMR, BITS, HELP };
    static const struct option known[] = {
        { "json", no_argument, NULL, JSON },
        { "rmr", required_argument, NULL, RMR },
        { "ipa-bits", required_argument, NULL, BITS },
        { "help", no_argument, NULL, HELP },
        {}
    };
    struct options o = { .ipa_bits = IPA_BITS };
    const char *command;
    char *end;
    int c;

    while ( (c = getopt_long(argc, argv, "h", known, NULL)) != -1 )
        switch ( c )
        {
        case JSON:
            o.json = true;
            break;

        case RMR:
            if ( o.nr_items == MAX_ITEMS_ASKED )
                return usage("too many --rmr");
            o.items[o.nr_items++] = optarg;
            break;

        case BITS:
            o.ipa_bits = strtoul(optarg, &end, 10);
            if ( *end || o.ipa_bits < IPA_BITS_MIN || o.ipa_bits > IPA_BITS_MAX )
                return usage("--ipa-bits is not 32 to 48");
            break;

        case HELP:
        case 'h':
            fputs(usage_text, stdout);
            return STATUS_CLEAN;

        default:
            return STATUS_USAGE;
        }

    if ( optind == argc )
        return usage("no command");
    command = argv[optind++];

    if ( !strcmp(command, "explain") && argc - optind <= 1 )
        return run_explain(argv[optind]);
    if ( argc - optind != 1 )
        return usage("one device tree, please");
    o.file = argv[optind];

    if ( !strcmp(command, "lint") )
        return run_lint(&o);

    return usage("no such command");
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
