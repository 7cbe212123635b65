/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.html: one page that holds everything, to be opened anywhere and sent
 * by mail.  Called by analyse.c.  No script, no second file; colours follow
 * the reader's light or dark setting, and nothing is told by colour alone:
 * what came through is drawn upward, what did not downward.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define LEFT        92.0           /* the drawing's measures, in SVG units */
#define WIDTH       880.0
#define TOP         40.0
#define ROW         74.0
#define UP          40.0
#define DOWN        20.0
#define MAX_PICTURE (512L << 10)   /* a larger one is left to the sheet */

static const char head[] =
"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
"<meta name=\"viewport\" content=\"width=device-width\">\n"
"<title>RMR bench</title>\n<style>\n"
":root{color-scheme:light dark;--bg:#fbfbf9;--fg:#1c2024;--dim:#667078;"
"--line:#d5d9dc;--band:#eef1f3;--good:#1f6fb2;--warn:#b26a00;--bad:#c22a2a;"
"--ok:#1b7a3d}\n"
"@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e8ea;"
"--dim:#98a2aa;--line:#333b42;--band:#1d2226;--good:#64aef0;--warn:#e8a33d;"
"--bad:#ff7468;--ok:#5fce87}}\n"
"body{background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif;"
"max-width:1020px;margin:0 auto;padding:24px 16px 64px}\n"
"h1{font-size:23px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}\n"
"p.lead{margin:0;color:var(--dim)}\n"
".verdict{display:inline-block;padding:2px 12px;border-radius:4px;"
"font-weight:700;border:2px solid;margin-right:10px}\n"
".pass{color:var(--ok)}.fail{color:var(--bad)}.na{color:var(--dim)}\n"
".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;"
"font-variant-numeric:tabular-nums}\n"
"th,td{padding:3px 8px;text-align:left;border-bottom:1px solid var(--line);"
"vertical-align:top}\n"
"th{color:var(--dim);font-weight:600;font-size:13px}"
"td.n,th.n{text-align:right;white-space:nowrap}\n"
"td.zero{color:var(--dim)}td.bad{color:var(--bad);font-weight:700}\n"
"tr.first td{border-top:2px solid var(--line)}\n"
"ul.reasons{padding-left:20px}ul.reasons li{font-family:ui-monospace,monospace;"
"font-size:13px}\n"
"pre{font-size:12.5px;overflow-x:auto;border:1px solid var(--line);"
"padding:8px;border-radius:4px}\n"
".shots{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));"
"gap:12px}figure{margin:0}figure img{width:100%;height:auto;display:block;"
"border:1px solid var(--line)}figcaption{font-size:13px;color:var(--dim)}\n"
"svg{width:100%;height:auto;min-width:640px;display:block}"
"svg text{fill:var(--fg);font:12px system-ui,sans-serif}"
"svg .dim{fill:var(--dim);font-size:11px}.band{fill:var(--band)}"
".axis{stroke:var(--line)}.g{fill:var(--good)}.w{fill:var(--warn)}"
".b{fill:var(--bad)}.on{stroke:var(--ok);stroke-dasharray:3 3}"
".sw{fill:none;stroke:var(--fg);stroke-width:1.5}\n"
".key{font-size:13px;color:var(--dim)}.key b{display:inline-block;width:11px;"
"height:11px;margin:0 4px 0 12px}\n"
"</style></head><body>\n";

static void text(FILE *f, const char *s)
{
    for ( ; *s; s++ )
        switch ( *s )
        {
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '&': fputs("&amp;", f); break;
        case '"': fputs("&quot;", f); break;
        default: putc(*s, f); break;
        }
}

/* ---- Timeline ---- */

static double x_of(const struct run *run, int64_t time)
{
    double part = (double)(time - run->begin) / (run->end - run->begin);

    return LEFT + WIDTH * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static void bands(FILE *f, const struct run *run, double bottom)
{
    double free_until[2] = { 0, 0 };
    unsigned int i;

    for ( i = 0; i < run->nr_phases; i++ )
    {
        const struct phase *p = &run->phase[i];
        double a = x_of(run, p->begin), b = x_of(run, p->end);
        unsigned int line = a < free_until[0] ? 1 : 0;

        fprintf(f, "<g><title>%s +%.2f s to +%.2f s</title>", p->name,
                since(run, p->begin), since(run, p->end));
        fprintf(f, "<rect%s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                "height=\"%.1f\"%s/>", i % 2 ? "" : " class=\"band\"", a, TOP,
                b - a, bottom - TOP, i % 2 ? " fill=\"none\"" : "");
        fprintf(f, "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                "y2=\"%.1f\"/>", a, a, TOP - 4 - 16 * line, bottom);
        fprintf(f, "<text x=\"%.1f\" y=\"%.1f\">%s</text></g>\n", a + 3,
                TOP - 6 - 16 * line, p->name);
        free_until[line] = a + 8 + 7.0 * strlen(p->name);
    }
}

static void bar(FILE *f, const char *class, double x, double base, double limit,
                uint32_t count, bool down)
{
    double h;

    if ( !count )
        return;
    h = limit * log1p(count) / log1p(5000);
    h = h > limit ? limit : h < 2 ? 2 : h;
    fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
            "height=\"%.1f\"/>", class, x, down ? base + 1 : base - h,
            WIDTH / TIMELINE, h);
}

static void master_row(FILE *f, const struct run *run, const struct master *m,
                       double base)
{
    unsigned int i;

    fprintf(f, "<text x=\"4\" y=\"%.1f\">%s</text><text class=\"dim\" x=\"4\" "
            "y=\"%.1f\">sid 0x%" PRIx32 "%s</text>", base - 14, m->name,
            base, m->sid, m->rmr ? "" : ", no RMR");
    fprintf(f, "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
            "y2=\"%.1f\"/>\n", LEFT, LEFT + WIDTH, base, base);
    for ( i = 0; i < TIMELINE; i++ )
    {
        double x = LEFT + WIDTH * i / TIMELINE;

        bar(f, "g", x, base, UP, m->line[i].good, false);
        bar(f, "w", x, base, UP, m->line[i].bypassed, false);
        bar(f, "b", x, base, DOWN, m->line[i].bad, true);
    }
    for ( i = 0; i < run->nr_handovers; i++ )
        if ( run->handover[i].master == m - run->master )
            fprintf(f, "<path class=\"sw\" d=\"M%.1f %.1fl5 8h-10z\"><title>"
                    "hand-over at +%.3f s</title></path>",
                    x_of(run, run->handover[i].time), base + 2,
                    since(run, run->handover[i].time));
    fputc('\n', f);
}

static void axis(FILE *f, const struct run *run, double y)
{
    double length = since(run, run->end), step = 1, t;

    while ( length / step > 12 )
        step *= step == 2 || step == 20 ? 2.5 : 2;
    for ( t = 0; t <= length; t += step )
        fprintf(f, "<text class=\"dim\" x=\"%.1f\" y=\"%.1f\" "
                "text-anchor=\"middle\">%g s</text>",
                LEFT + WIDTH * t / length, y, t);
}

static void timeline(FILE *f, const struct run *run)
{
    unsigned int i, rows = 0;
    double bottom;

    for ( i = 0; i < run->nr_masters; i++ )
        rows += master_shown(&run->master[i]);
    bottom = TOP + ROW * rows;
    fprintf(f, "<div class=\"scroll\"><svg viewBox=\"0 0 %.0f %.0f\" "
            "role=\"img\" aria-label=\"DMA of each master over time\">\n",
            LEFT + WIDTH + 20, bottom + 22);
    bands(f, run, bottom);
    if ( run->reg.enabled_at )
    {
        double x = x_of(run, run->reg.enabled_at);

        fprintf(f, "<line class=\"on\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                "y2=\"%.1f\"><title>SMMUEN at +%.3f s</title></line>\n", x, x,
                TOP, bottom, since(run, run->reg.enabled_at));
    }
    for ( i = rows = 0; i < run->nr_masters; i++ )
        if ( master_shown(&run->master[i]) )
            master_row(f, run, &run->master[i], TOP + ROW * rows++ + UP + 8);
    axis(f, run, bottom + 16);
    fputs("</svg></div>\n<p class=\"key\"><b style=\"background:var(--good)\">"
          "</b>translated<b style=\"background:var(--warn)\"></b>bypassed"
          "<b style=\"background:var(--bad)\"></b>aborted or faulted "
          "(downward); height: logarithm of the count; triangle: hand-over; "
          "dashed: SMMUEN set</p>\n", f);
}

/* ---- Tables ---- */

static void cell(FILE *f, uint64_t n, bool bad)
{
    fprintf(f, "<td class=\"n%s\">%" PRIu64 "</td>",
            !n ? " zero" : bad ? " bad" : "", n);
}

static void counts_row(FILE *f, const struct run *run, const struct master *m,
                       unsigned int i)
{
    const struct tally *t = &m->tally[i];
    bool bad = kinds_total(&t->inside);

    fprintf(f, "<tr%s><td>%s</td><td>%s</td>", i ? "" : " class=\"first\"",
            i ? "" : m->name, run->phase[i].name);
    cell(f, t->count[OUT_TRANSLATED], false);
    cell(f, t->count[OUT_DISABLED] + t->count[OUT_BYPASSED], false);
    cell(f, t->bypassed_after_enable, true);
    cell(f, t->count[OUT_ABORTED], bad);
    cell(f, t->count[OUT_FAULTED], bad);
    if ( m->autonomous && t->longest_gap )
        fprintf(f, "<td class=\"n\">%.0f</td>", t->longest_gap / 1e3);
    else
        fputs("<td class=\"n zero\">-</td>", f);
    if ( t->frames >= 0 )
        fprintf(f, "<td class=\"n%s\">%" PRId64 "</td>",
                i && !t->frames ? " bad" : "", t->frames);
    else
        fputs("<td class=\"n zero\">-</td>", f);
    fputs("</tr>\n", f);
}

static void counts(FILE *f, const struct run *run)
{
    unsigned int i, j;

    fputs("<div class=\"scroll\"><table><tr><th>master</th><th>phase</th>"
          "<th class=\"n\">translated</th><th class=\"n\">bypassed</th>"
          "<th class=\"n\">after SMMUEN</th><th class=\"n\">aborted</th>"
          "<th class=\"n\">faulted</th><th class=\"n\">longest gap, ms</th>"
          "<th class=\"n\">frames</th></tr>\n", f);
    for ( i = 0; i < run->nr_masters; i++ )
        for ( j = 0; j < run->nr_phases && master_shown(&run->master[i]); j++ )
            counts_row(f, run, &run->master[i], j);
    fputs("</table></div>\n", f);
}

static void rules(FILE *f, const struct run *run)
{
    static const char *const class[] = { "pass", "fail", "na" };
    static const char *const word[] = { "pass", "fail", "n/a" };
    unsigned int i;

    fputs("<h2>Rules</h2><div class=\"scroll\"><table><tr>"
          "<th class=\"n\">no.</th><th>guarantee</th><th>rule</th>"
          "<th>result</th><th>figure</th></tr>\n", f);
    for ( i = 0; i < run->nr_rules; i++ )
    {
        const struct rule *r = &run->rule[i];

        fprintf(f, "<tr><td class=\"n\">%u</td><td>%s</td><td>%s</td>"
                "<td class=\"%s\"><strong>%s</strong></td><td>", i + 1,
                r->guarantee, r->title, class[r->status], word[r->status]);
        text(f, r->figure);
        fputs("</td></tr>\n", f);
    }
    fputs("</table></div>\n", f);
}

static void handovers(FILE *f, const struct run *run)
{
    unsigned int i;

    if ( !run->nr_handovers )
        return;
    fprintf(f, "<h2>%s, as the trace shows them</h2>",
            run->rmr_lines ? "Hand-overs" : "STE updates");
    fputs("<div class=\"scroll\"><table><tr><th>master</th>"
          "<th class=\"n\">at, s</th><th class=\"n\">CFGI_STE</th>"
          "<th class=\"n\">TLBI</th>"
          "<th class=\"n\">SYNC</th><th>Xen's account</th></tr>\n", f);
    for ( i = 0; i < run->nr_handovers; i++ )
    {
        const struct handover *h = &run->handover[i];
        char sync[16] = "not traced";

        if ( run->reg.syncs_known )
            snprintf(sync, sizeof(sync), "%u", h->sync);
        fprintf(f, "<tr><td>%s</td><td class=\"n\">%.3f</td><td class=\"n\">%u"
                "</td><td class=\"n\">%u</td><td class=\"n\">%s</td><td>",
                run->master[h->master].name, since(run, h->time), h->cfgi,
                h->tlbi, sync);
        text(f, h->event < 0 ? "none" : run->event[h->event].text);
        fputs("</td></tr>\n", f);
    }
    fputs("</table></div>\n", f);
}

static void commands(FILE *f, const struct run *run)
{
    uint64_t total = 0;
    unsigned int i;

    fputs("<p>SMMU commands in the whole run:", f);
    for ( i = 0; i < NR_COMMANDS; i++ )
    {
        fprintf(f, " %" PRIu64 " %s,", run->reg.commands[i], command_names[i]);
        total += run->reg.commands[i];
    }
    fprintf(f, " %" PRIu64 " in all.</p>\n", total);
}

static void probes(FILE *f, const struct run *run)
{
    unsigned int i;

    if ( !run->nr_probes )
        return;
    fputs("<h2>Probes</h2><div class=\"scroll\"><table><tr><th>moment</th>"
          "<th>target</th><th class=\"n\">address</th>"
          "<th class=\"n\">at, s</th>"
          "<th>was</th><th>expected</th></tr>\n", f);
    for ( i = 0; i < run->nr_probes; i++ )
    {
        const struct probe *p = &run->probe[i];
        bool any_block;
        int expected = probe_expectation(run, p, &any_block);

        fputs("<tr><td>", f);
        text(f, p->moment);
        fputs("</td><td>", f);
        text(f, p->target);
        fprintf(f, "</td><td class=\"n\">0x%" PRIx64 "</td><td class=\"n\">%.3f"
                "</td><td>%s</td><td>%s</td></tr>\n", p->addr,
                since(run, p->begin),
                p->missed ? "never made" : outcome_names[p->outcome],
                expected < 0 ? "the owner's business"
                             : outcome_names[expected]);
    }
    fputs("</table></div>\n", f);
}

static void xen_lines(FILE *f, const struct run *run)
{
    unsigned int i;

    if ( !run->nr_events )
        return;
    fputs("<h2>What Xen said</h2><pre>", f);
    for ( i = 0; i < run->nr_events; i++ )
    {
        fprintf(f, "%+9.3f  ", since(run, run->event[i].time));
        text(f, run->event[i].text);
        fputc('\n', f);
    }
    fputs("</pre>\n", f);
}

/* ---- Pictures ---- */

static void base64(FILE *f, const uint8_t *p, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t i;

    for ( i = 0; i < n; i += 3 )
    {
        uint32_t v = p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0) |
                     (i + 2 < n ? p[i + 2] : 0);

        putc(digit[v >> 18], f);
        putc(digit[v >> 12 & 63], f);
        putc(i + 1 < n ? digit[v >> 6 & 63] : '=', f);
        putc(i + 2 < n ? digit[v & 63] : '=', f);
    }
}

static bool embed(FILE *f, const struct run *run, const struct shot *s)
{
    static uint8_t bytes[MAX_PICTURE + 1];
    char path[PATH_MAX + 300];
    FILE *in = open_in(run, s->file, path, sizeof(path));
    size_t n = 0;

    if ( in )
    {
        n = fread(bytes, 1, sizeof(bytes), in);
        fclose(in);
    }
    if ( !n || n > MAX_PICTURE )
        return false;
    fputs("<img alt=\"screenshot\" src=\"data:image/png;base64,", f);
    base64(f, bytes, n);
    fputs("\">", f);

    return true;
}

static void pictures(FILE *f, const struct run *run)
{
    size_t i;
    unsigned int p;
    int last = last_picture_change(run);

    if ( !run->nr_shots )
        return;
    fputs("<h2>Pictures</h2>", f);
    if ( last >= 0 )
        fprintf(f, "<p class=\"key\">%zu screenshots; the last one that "
                "differs from the one before it is of +%.1f s.</p>",
                run->nr_shots, since(run, run->shot[last].time));
    fputs("<div class=\"shots\">\n", f);
    for ( i = 0; i < run->nr_shots; i++ )
    {
        const struct shot *s = &run->shot[i];

        if ( !s->chosen )
            continue;
        for ( p = run->nr_phases - 1; p && s->time < run->phase[p].begin; p-- )
            ;
        fputs("<figure>", f);
        if ( !embed(f, run, s) )
            text(f, s->file);
        fprintf(f, "<figcaption>%s, +%.1f s%s</figcaption></figure>\n",
                run->phase[p].name, since(run, s->time),
                i && s->digest == run->shot[i - 1].digest
                ? ", unchanged" : "");
    }
    fputs("</div>\n", f);
}

/* ---- The page ---- */

static void reasons(FILE *f, const struct run *run)
{
    size_t i;

    if ( run_passed(run) )
        return;
    fputs("<ul class=\"reasons\">\n", f);
    for ( i = 0; i < run->nr_reasons; i++ )
    {
        fputs("<li>", f);
        text(f, run->reason[i]);
        fputs("</li>\n", f);
    }
    fputs("</ul>\n", f);
}

static void lead(FILE *f, const struct run *run, const char *level)
{
    fprintf(f, "<%s><span class=\"verdict %s\">%s</span>Xen: ", level,
            run_passed(run) ? "pass" : "fail",
            run_passed(run) ? "PASS" : "FAIL");
    text(f, run->xen);
    fprintf(f, "</%s>\n<p class=\"lead\">", level);
    if ( run->name[0] )
    {
        text(f, run->name);
        fputs(", ", f);
    }
    fprintf(f, "%.1f s, %" PRIu64 " SMMU events</p>\n",
            since(run, run->end), run->trace_events);
    reasons(f, run);
}

static void one_run(FILE *f, const struct run *run, const char *level)
{
    lead(f, run, level);
    fputs("<h2>DMA over time</h2>\n", f);
    timeline(f, run);
    counts(f, run);
    rules(f, run);
    handovers(f, run);
    commands(f, run);
    probes(f, run);
    pictures(f, run);
    xen_lines(f, run);
}

int html_write(const struct run *run, const struct run *baseline,
               const char *path)
{
    FILE *f = fopen(path, "w");
    bool bad;

    if ( !f )
    {
        fprintf(stderr, "analyse: %s: %s; there is no page\n", path,
                strerror(errno));
        return -1;
    }
    fputs(head, f);
    one_run(f, run, "h1");
    if ( baseline )
    {
        fputs("<hr><h2>For comparison</h2>\n", f);
        one_run(f, baseline, "h1");
    }
    fputs("</body></html>\n", f);
    bad = ferror(f);
    if ( fclose(f) || bad )
    {
        fprintf(stderr, "analyse: %s: could not be written whole\n", path);
        return -1;
    }

    return 0;
}
