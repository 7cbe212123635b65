/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a scenario: their names, defaults and checks stand here and
 * nowhere else. Called by mkdt (which also writes scenario.txt) and by bench.
 */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "scenario.h"
#include "util.h"

const char *const master_name[NR_MASTERS] = {
    [MASTER_DISPLAY] = "display",
    [MASTER_AUDIO] = "audio",
    [MASTER_EHCI] = "ehci",
    [MASTER_EDU] = "edu",
    [MASTER_STORAGE] = "storage",
};

const char *const moment_name[NR_MOMENTS] = {
    [MOMENT_BOOT] = "boot",
    [MOMENT_PENDING] = "pending",
    [MOMENT_JOINED] = "joined",
    [MOMENT_GUEST] = "guest",
    [MOMENT_DESTROYED] = "destroyed",
    [MOMENT_USER] = "user",
};

static const char *const target_name[] = {
    [TARGET_REGION] = "region",
    [TARGET_DOM0RAM] = "dom0ram",
    [TARGET_XEN] = "xen",
    [TARGET_MMIO] = "mmio",
};

/* An empty default means: none, or worked out from the other words. */
static struct {
    const char *key;
    const char *value;
} words[] = {
    { "xen", "ours" },
    { "name", "" },                     /* like xen */
    { "masters", "display,audio,ehci" },
    { "display.region", "0x60000000+0x1000000" },
    { "audio.region", "0x61000000+0x100000" },
    { "ehci.region", "0x61100000+0x100000" },
    { "edu.region", "0x61200000+0x10000" },
    { "storage.region", "0x61300000+0x10000" },
    { "display.owner", "dom0" },
    { "audio.owner", "dom0" },
    { "ehci.owner", "dom0" },
    { "edu.owner", "dom0" },
    { "storage.owner", "dom0" },
    { "resv", "before" },
    { "simplefb", "0" },
    { "machine", "virt" },
    { "cpu", "max" },                   /* or cortex-a57: hidden CPU spins */
    { "stage", "" },                    /* 2 for virt-9.1 and older */
    { "dom0", "1" },
    { "tools", "" },                    /* like xen: ours or stock */
    { "overlay", "" },
    { "domu", "" },                     /* source of its partial tree */
    { "domu2", "" },                    /* and that of a second one */
    { "domu.memory", "128" },           /* MiB */
    { "args", "" },
    { "dom0args", "" },
    { "firmware", "" },
    { "fps", "20" },
    { "probe", "" },
    { "until", "" },                    /* dom0's or Xen's last marker */
    { "expect", "pass" },
    { "limit", "" },                    /* more where guests are made */
};

static const char **find_word(const char *key, size_t len)
{
    for ( size_t i = 0; i < ARRAY_SIZE(words); i++ )
        if ( strlen(words[i].key) == len && !strncmp(words[i].key, key, len) )
            return &words[i].value;

    return NULL;
}

void scenario_word(const char *word)
{
    const char *eq = strchr(word, '=');
    const char **value;

    if ( !eq )
        die("scenario: '%s' is not a key=value word", word);
    value = find_word(word, eq - word);
    if ( !value )
    {
        fprintf(stderr, "%s: scenario: unknown key '%.*s'; the keys are:",
                program, (int)(eq - word), word);
        for ( size_t i = 0; i < ARRAY_SIZE(words); i++ )
            fprintf(stderr, " %s", words[i].key);
        fputc('\n', stderr);
        exit(EXIT_BROKEN);
    }
    if ( strchr(eq, '\n') )
        die("scenario: the value of '%.*s' spans lines", (int)(eq - word),
            word);
    *value = format("%s", eq + 1);
}

const char *scenario_get(const char *key)
{
    const char **value = find_word(key, strlen(key));

    if ( !value )
        die("no such scenario key: %s", key);

    return *value;
}

void scenario_load(const char *path)
{
    char *text = read_file(path, NULL), *save, *line;

    for ( line = strtok_r(text, "\n", &save); line;
          line = strtok_r(NULL, "\n", &save) )
        scenario_word(line);
    free(text);
}

void scenario_write(const char *path)
{
    FILE *f = open_or_die(path, "w");

    for ( size_t i = 0; i < ARRAY_SIZE(words); i++ )
        fprintf(f, "%s=%s\n", words[i].key, words[i].value);
    if ( fclose(f) )
        die("cannot write %s: %s", path, strerror(errno));
}

static void __attribute__((noreturn)) bad(const char *key, const char *wanted)
{
    die("scenario: %s=%s: want %s", key, scenario_get(key), wanted);
}

static bool parse_choice(const char *key, const char *no, const char *yes)
{
    const char *value = scenario_get(key);

    if ( !strcmp(value, yes) )
        return true;
    if ( strcmp(value, no) )
        bad(key, format("%s or %s", no, yes));

    return false;
}

/*
 * Whose master it is to be. `passthrough' and `guest' look the same in the tree;
 * a guest gets it when dom0's toolstack makes that guest. `kept' and
 * `refused' say what Xen is to make of a description: keep the master on its
 * own table for good, or make no RMR master of it. `left': dom0's at first,
 * then deassigned by one of its steps. `domu': that of the domain that Xen
 * builds besides, and passthrough in the tree.
 */
static bool parse_owner(const char *key)
{
    const char *value = scenario_get(key);

    if ( strcmp(value, "dom0") && strcmp(value, "passthrough") &&
         strcmp(value, "kept") && strcmp(value, "refused") &&
         strcmp(value, "left") && strcmp(value, "guest") &&
         strcmp(value, "domu") )
        bad(key, "dom0, guest, domu, passthrough, kept, refused or left");

    return !strcmp(value, "passthrough") || !strcmp(value, "guest") ||
           !strcmp(value, "domu");
}

static int parse_dom0(void)
{
    const char *value = scenario_get("dom0");

    if ( !strcmp(value, "stub") )
        return DOM0_STUB;
    if ( !strcmp(value, "xl") )
        return DOM0_XL;
    if ( strcmp(value, "0") && strcmp(value, "1") )
        bad("dom0", "1 (Linux), xl (with a toolstack and guests), stub (only "
            "says that it is up) or 0 (none)");

    return *value == '1' ? DOM0_LINUX : DOM0_NONE;
}

static unsigned int parse_count(const char *key, unsigned long max)
{
    char *end;
    unsigned long n = strtoul(scenario_get(key), &end, 10);

    if ( *end || end == scenario_get(key) || !n || n > max )
        bad(key, format("a number from 1 to %lu", max));

    return n;
}

/* Only edu works without a region: an ordinary master of its owner, then. */
static struct bench_region parse_region(const char *key)
{
    struct bench_region region = { 0, 0 };
    char *end;

    if ( !strcmp(key, "edu.region") && !strcmp(scenario_get(key), "none") )
        return region;

    region.base = strtoull(scenario_get(key), &end, 0);
    if ( *end != '+' )
        bad(key, "base+size");
    region.size = strtoull(end + 1, &end, 0);
    if ( *end || !region.size )
        bad(key, "base+size with a size above 0");
    if ( region.base < RAM_BASE || region.size > RAM_SIZE ||
         region.base - RAM_BASE > RAM_SIZE - region.size )
        bad(key, "a range inside 0x40000000-0xbfffffff, the machine's memory");

    return region;
}

/* Call fn for each comma-separated item of a key's value. */
static void for_each_item(const char *key, struct scenario *s,
                          void (*fn)(struct scenario *s, char *item))
{
    char *list = format("%s", scenario_get(key)), *save, *item;

    for ( item = strtok_r(list, ",", &save); item;
          item = strtok_r(NULL, ",", &save) )
        fn(s, item);
    free(list);
}

static void add_master(struct scenario *s, char *item)
{
    for ( unsigned int i = 0; i < NR_MASTERS; i++ )
        if ( !strcmp(item, master_name[i]) )
        {
            s->masters |= 1U << i;
            return;
        }

    bad("masters", "a list of display, audio, ehci, edu, storage");
}

static void add_firmware_option(struct scenario *s, char *item)
{
    if ( !strcmp(item, "smmu-on") )
        s->smmu_on = true;
    else if ( !strcmp(item, "recover") )
        s->recover = true;
    else
        bad("firmware", "a list of smmu-on, recover, or nothing");
}

static enum probe_target parse_target(struct probe *p)
{
    char *end;

    for ( unsigned int i = 0; i < ARRAY_SIZE(target_name); i++ )
        if ( !strcmp(p->word, target_name[i]) )
            return i;

    p->address = strtoull(p->word, &end, 0);
    if ( *end || strncmp(p->word, "0x", 2) )
        bad("probe", "targets region, dom0ram, xen, mmio or 0x...");

    return TARGET_ADDRESS;
}

static void add_probe(struct scenario *s, char *item)
{
    struct probe *p = &s->probe[s->nr_probes];
    char *colon = strchr(item, ':');
    unsigned int moment = 0;

    if ( s->nr_probes == MAX_PROBES )
        bad("probe", "fewer probes");
    if ( !colon )
        bad("probe", "a list of moment:target");
    *colon = 0;
    while ( moment < NR_MOMENTS && strcmp(item, moment_name[moment]) )
        moment++;
    if ( moment == NR_MOMENTS )
        bad("probe", "moments boot, pending, joined, guest, destroyed, user");

    p->moment = moment;
    p->word = format("%s", colon + 1);
    p->target = parse_target(p);
    s->nr_probes++;
}

/* Firmware memory and the load addresses are in use whatever the scenario. */
static void check_region(const struct scenario *s, unsigned int idx)
{
    const struct bench_region *r = &s->region[idx];

    if ( r->base < FIRMWARE_BASE + FIRMWARE_SIZE &&
         r->base + r->size > LOAD_DTB )
        bad(format("%s.region", master_name[idx]),
            "a range at 0x5c100000 or above: the images lie below");
}

static void derive_defaults(struct scenario *s)
{
    const char *machine = scenario_get("machine");
    int major, minor;

    if ( !*scenario_get("name") )
        scenario_word(format("name=%s", scenario_get("xen")));
    if ( strchr(scenario_get("name"), '/') || *scenario_get("name") == '.' )
        bad("name", "a plain folder name");
    if ( !*scenario_get("stage") &&
         sscanf(machine, "virt-%d.%d", &major, &minor) == 2 && major < 10 )
        scenario_word("stage=2");
    if ( !*scenario_get("tools") )
        scenario_word(strcmp(scenario_get("xen"), "stock") ? "tools=ours"
                                                           : "tools=stock");
    if ( strchr(scenario_get("tools"), '/') )
        bad("tools", "a variant of the toolstack, as for make tools");
    if ( !*scenario_get("limit") )
        scenario_word(s->dom0 == DOM0_XL ? "limit=1200" : "limit=180");
    if ( !*scenario_get("until") )
        scenario_word(s->domu_memory ? "until=DOMU: done"
                      : s->dom0 ? "until=BENCH: done"
                              : "until=LOADING DOMAIN 0|Panic on CPU");
}

void scenario_parse(struct scenario *s)
{
    regex_t regex;

    memset(s, 0, sizeof(*s));
    for_each_item("masters", s, add_master);
    for ( unsigned int i = 0; i < NR_MASTERS; i++ )
    {
        s->region[i] = parse_region(format("%s.region", master_name[i]));
        s->passthrough[i] = parse_owner(format("%s.owner", master_name[i]));
        if ( s->masters & (1U << i) )
            check_region(s, i);
    }
    s->resv_after = parse_choice("resv", "before", "after");
    s->simplefb = parse_choice("simplefb", "0", "1");
    s->dom0 = parse_dom0();
    if ( *scenario_get("domu") )
        s->domu_memory = parse_count("domu.memory", 1536);
    parse_choice("expect", "pass", "fail");
    s->fps = parse_count("fps", 60);
    for_each_item("firmware", s, add_firmware_option);
    for_each_item("probe", s, add_probe);
    derive_defaults(s);
    s->limit = parse_count("limit", 3600);

    if ( regcomp(&regex, scenario_get("until"), REG_EXTENDED | REG_NOSUB) )
        bad("until", "an extended regular expression");
    regfree(&regex);
    for ( unsigned int i = 0; i < s->nr_probes; i++ )
        if ( s->probe[i].target == TARGET_REGION &&
             !scenario_edu_region(s) )
            bad("probe", "no target region, or edu with a region as master");
    if ( s->simplefb && !(s->masters & (1U << MASTER_DISPLAY)) )
        bad("simplefb", "0, or display among the masters");
}

bool scenario_linux(const struct scenario *s)
{
    return s->dom0 == DOM0_LINUX || s->dom0 == DOM0_XL;
}

uint32_t scenario_devices(const struct scenario *s)
{
    return s->masters | (s->nr_probes ? 1U << MASTER_EDU : 0);
}

bool scenario_edu_region(const struct scenario *s)
{
    return (s->masters & (1U << MASTER_EDU)) && s->region[MASTER_EDU].size;
}
