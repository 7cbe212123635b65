/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * analyse: reads a run folder of the bench, judges it, and writes the report.
 * Called by run.sh after each run, and by hand on a kept folder.  The folder's
 * raw data are only read; the same folder always gives the same verdict.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report.h"

enum { EXIT_PASS, EXIT_FAIL, EXIT_BROKEN };

static const char usage[] =
"usage: analyse RUNDIR [--baseline RUNDIR2] [--out DIR] [--no-pictures]\n"
"               [--quiet]\n"
"  --baseline RUNDIR2  show a second run beside the first; it has no vote\n"
"  --out DIR           report.json, report.html and display.png go there\n"
"                      (default: RUNDIR)\n"
"  --no-pictures       make no contact sheet\n"
"  --quiet             verdict only, no tables\n"
"exit status: 0 pass, 1 fail, 2 the run folder cannot be read\n";

/* Some hundred kB each: not for the stack. */
static struct run ours, other;

static int read_run(struct run *run, const char *dir)
{
    if ( folder_read(run, dir) || trace_read(run) )
        return -1;
    wav_read(run);
    rules_judge(run);
    sheet_choose(run);

    return 0;
}

static const char *in(const char *dir, const char *name)
{
    static char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/%s", dir, name);

    return path;
}

static int write_all(const struct run *baseline, const char *out,
                     bool pictures)
{
    int rc;

    mkdir(out, 0777);              /* if it cannot be, writing says why */
    rc = json_write(&ours, baseline, in(out, "report.json"));

    rc |= html_write(&ours, baseline, in(out, "report.html"));
    /* A missing contact sheet spoils no verdict. */
    if ( pictures )
        sheet_write(&ours, in(out, "display.png"));

    return rc;
}

int main(int argc, char *argv[])
{
    static const struct option options[] = {
        { "baseline", required_argument, NULL, 'b' },
        { "out", required_argument, NULL, 'o' },
        { "no-pictures", no_argument, NULL, 'n' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    const char *baseline = NULL, *out = NULL;
    bool pictures = true, quiet = false;
    int opt, rc;

    while ( (opt = getopt_long(argc, argv, "", options, NULL)) != -1 )
        switch ( opt )
        {
        case 'b': baseline = optarg; break;
        case 'o': out = optarg; break;
        case 'n': pictures = false; break;
        case 'q': quiet = true; break;
        default:
            fputs(usage, opt == 'h' ? stdout : stderr);
            return opt == 'h' ? EXIT_PASS : EXIT_BROKEN;
        }
    if ( optind != argc - 1 )
    {
        fputs(usage, stderr);
        return EXIT_BROKEN;
    }

    if ( read_run(&ours, argv[optind]) ||
         (baseline && read_run(&other, baseline)) )
        return EXIT_BROKEN;
    if ( quiet )
        printf("%s: %s\n", ours.xen, run_passed(&ours) ? "PASS" : "FAIL");
    else
        table_print(&ours, baseline ? &other : NULL);
    fflush(stdout);
    rc = write_all(baseline ? &other : NULL, out ? out : ours.dir, pictures);
    if ( !rc )
        rc = run_passed(&ours) ? EXIT_PASS : EXIT_FAIL;
    else
        rc = EXIT_BROKEN;
    folder_free(&ours);
    folder_free(&other);

    return rc;
}
