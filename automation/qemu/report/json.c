/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.json, for whoever reads the verdict by machine.  Called by analyse.c.
 * Keys are only ever added: tests and CI rest on them.
 */
#include <jansson.h>

#include "report.h"

static json_t *kinds_json(const struct kinds *kinds)
{
    json_t *o = json_object();
    unsigned int i;

    for ( i = 0; i < kinds->nr; i++ )
        json_object_set_new(o, kinds->kind[i].name,
                            json_integer(kinds->kind[i].count));

    return o;
}

static json_t *phase_json(const struct run *run, const struct master *m,
                          unsigned int i)
{
    const struct tally *t = &m->tally[i];
    const struct phase *p = &run->phase[i];

    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:o,"
                     " s:I, s:I, s:I, s:I}",
        "name", p->name,
        "translated", (json_int_t)t->count[OUT_TRANSLATED],
        "bypassed", (json_int_t)(t->count[OUT_DISABLED] +
                                 t->count[OUT_BYPASSED]),
        "bypassed_after_enable", (json_int_t)t->bypassed_after_enable,
        "aborted", (json_int_t)t->count[OUT_ABORTED],
        "faulted", (json_int_t)t->count[OUT_FAULTED],
        "longest_gap_ms", t->longest_gap / 1e3,
        "begin_s", since(run, p->begin), "end_s", since(run, p->end),
        "frames", t->frames < 0 ? json_null() : json_integer(t->frames),
        "faults", kinds_json(&t->faults),
        "inside_regions", (json_int_t)kinds_total(&t->inside),
        "outside_regions", (json_int_t)kinds_total(&t->outside),
        "wrong_address", (json_int_t)kinds_total(&t->astray),
        "bypassed_ste", (json_int_t)t->count[OUT_BYPASSED]);
}

static json_t *masters_json(const struct run *run)
{
    json_t *list = json_array();
    unsigned int i, j;

    for ( i = 0; i < run->nr_masters; i++ )
    {
        const struct master *m = &run->master[i];
        json_t *phases;

        if ( !master_shown(m) )
            continue;
        phases = json_array();
        for ( j = 0; j < run->nr_phases; j++ )
            json_array_append_new(phases, phase_json(run, m, j));
        json_array_append_new(list, json_pack("{s:s, s:i, s:b, s:s, s:o}",
            "name", m->name, "sid", m->sid, "rmr", m->rmr,
            "owner", m->passthrough ? "passthrough"
                                    : m->guest ? "guest"
                                    : m->domu ? "domu" : "dom0",
            "phases", phases));
    }

    return list;
}

static json_t *commands_json(const uint64_t commands[NR_COMMANDS])
{
    json_t *o = json_object();
    uint64_t total = 0;
    unsigned int i;

    for ( i = 0; i < NR_COMMANDS; i++ )
    {
        json_object_set_new(o, command_names[i], json_integer(commands[i]));
        total += commands[i];
    }
    json_object_set_new(o, "total", json_integer(total));

    return o;
}

static json_t *registers_json(const struct run *run)
{
    const struct registers *r = &run->reg;

    return json_pack("{s:o, s:i, s:i, s:i, s:I, s:I, s:b, s:o}",
        "enabled_s", r->enabled_at ? json_real(since(run, r->enabled_at))
                                   : json_null(),
        "gbpa_abort_written", (int)r->abort_written,
        "smmuen_cleared", (int)r->disabled,
        "strtab_base_written_while_enabled", (int)r->strtab_moved,
        "ste_aborts", (json_int_t)r->ste_aborts,
        "gbpa_aborts", (json_int_t)r->gbpa_aborts,
        "syncs_traced", r->syncs_known,
        "commands", commands_json(r->commands));
}

static json_t *handovers_json(const struct run *run)
{
    json_t *list = json_array(), *o;
    unsigned int i;

    for ( i = 0; i < run->nr_handovers; i++ )
    {
        const struct handover *h = &run->handover[i];

        o = json_pack("{s:s, s:f, s:i, s:i, s:i}",
            "master", run->master[h->master].name,
            "time_s", since(run, h->time), "CFGI_STE", (int)h->cfgi,
            "TLBI", (int)h->tlbi, "SYNC", (int)h->sync);
        if ( h->event >= 0 )
        {
            const struct console_event *e = &run->event[h->event];

            json_object_set_new(o, "xen_says", json_pack("{s:s}", "line",
                                                         e->text));
        }
        if ( h->event >= 0 && run->event[h->event].counted )
        {
            const struct console_event *e = &run->event[h->event];

            json_object_set_new(o, "xen_counts", json_pack(
                "{s:i, s:i, s:i, s:i}", "STE_stores", (int)e->stores,
                "CFGI_STE", (int)e->cfgi, "TLBI", (int)e->tlbi,
                "SYNC", (int)e->sync));
        }
        json_array_append_new(list, o);
    }
    for ( i = 0; i < run->nr_windows; i++ )
    {
        const struct window *w = &run->window[i];
        const struct console_event *e = &run->event[w->begin];

        json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:o}",
            "between_console_lines",
            e->master < 0 ? "?" : run->master[e->master].name,
            "time_s", since(run, e->time),
            "end_s", since(run, run->event[w->end].time),
            "commands", commands_json(w->commands)));
    }

    return list;
}

static json_t *probes_json(const struct run *run)
{
    json_t *list = json_array();
    unsigned int i;

    for ( i = 0; i < run->nr_probes; i++ )
    {
        const struct probe *p = &run->probe[i];
        bool any_block;
        int expected = probe_expectation(run, p, &any_block);

        json_array_append_new(list, json_pack(
            "{s:s, s:s, s:I, s:f, s:s, s:o, s:s, s:s, s:b}",
            "moment", p->moment, "target", p->target,
            "addr", (json_int_t)p->addr, "time_s", since(run, p->begin),
            "outcome", outcome_names[p->outcome],
            "expected", expected < 0 ? json_null()
                                     : json_string(outcome_names[expected]),
            "device_says", p->result, "device_has", p->brought,
            "missed", p->missed));
    }

    return list;
}

static json_t *rules_json(const struct run *run)
{
    static const char *const word[] = { "pass", "fail", "n/a" };
    json_t *list = json_array();
    unsigned int i;

    for ( i = 0; i < run->nr_rules; i++ )
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}",
            "id", run->rule[i].id, "guarantee", run->rule[i].guarantee,
            "title", run->rule[i].title,
            "status", word[run->rule[i].status],
            "figure", run->rule[i].figure));

    return list;
}

static json_t *reasons_json(const struct run *run)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < run->nr_reasons; i++ )
    {
        json_t *s = json_string(run->reason[i]);

        /* A garbled console line must not make the verdict look better. */
        json_array_append_new(list, s ? s : json_string("unprintable reason"));
    }

    return list;
}

static json_t *run_json(const struct run *run)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o*, s:f, s:b,"
                     " s:I, s:{s:b, s:I, s:I, s:I}}",
        "xen", run->xen, "verdict", run_passed(run) ? "pass" : "fail",
        "masters", masters_json(run), "registers", registers_json(run),
        "reasons", reasons_json(run), "rules", rules_json(run),
        "handovers", handovers_json(run), "probes", probes_json(run),
        "name", run->name[0] ? json_string(run->name) : NULL,
        "seconds", since(run, run->end),
        "fault_addresses_traced", run->iova_of_faults,
        "trace_events", (json_int_t)run->trace_events,
        "audio", "present", run->audio.present,
        "samples", (json_int_t)run->audio.samples,
        "zero_samples", (json_int_t)run->audio.zero_samples,
        "zero_runs", (json_int_t)run->audio.zero_runs);
}

int json_write(const struct run *run, const struct run *baseline,
               const char *path)
{
    json_t *root = run_json(run);
    int rc = -1;

    if ( root && baseline )
        json_object_set_new(root, "baseline", run_json(baseline));
    if ( root )
        rc = json_dump_file(root, path,
                            JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    if ( rc )
        fprintf(stderr, "analyse: %s: could not be written; the verdict "
                "stands on the terminal only\n", path);
    json_decref(root);

    return rc;
}
