/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Devices with memory that firmware reserved for their DMA: xl rmr-list, and
 * an item of dtdev= in a guest's configuration.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <libxlutil.h>

#include "xl.h"
#include "xl_utils.h"
#include "xl_parse.h"

/*------------------------------ dtdev= ------------------------------*/

/*
 * Where the options begin: at the first comma that a word with an equals sign
 * follows. A path can have commas, but no equals sign.
 */
static const char *find_options(const char *token)
{
    const char *comma;

    for (comma = strchr(token, ','); comma; comma = strchr(comma + 1, ','))
        if (comma[1 + strcspn(comma + 1, ",=")] == '=')
            return comma;

    return NULL;
}

static int parse_dtdev_option(libxl_device_dtdev *dtdev, const char *option)
{
    static const char key[] = "rdm_policy=";
    const char *value = option + sizeof(key) - 1;

    if (strncmp(option, key, sizeof(key) - 1)) {
        fprintf(stderr, "dtdev: unknown option \"%s\" for %s\n", option,
                dtdev->path);
        return ERROR_INVAL;
    }

    if (libxl_rdm_reserve_policy_from_string(value, &dtdev->rdm_policy) ||
        dtdev->rdm_policy == LIBXL_RDM_RESERVE_POLICY_INVALID) {
        fprintf(stderr, "dtdev: unknown rdm_policy \"%s\" for %s (strict, "
                "relaxed)\n", value, dtdev->path);
        return ERROR_INVAL;
    }

    return 0;
}

int parse_dtdev_config(libxl_device_dtdev *dtdev, const char *token)
{
    const char *from = find_options(token);
    char *options, *option, *saveptr = NULL;
    int rc = 0;

    if (!from) {
        dtdev->path = xstrdup(token);
        return 0;
    }

    xasprintf(&dtdev->path, "%.*s", (int)(from - token), token);

    options = xstrdup(from + 1);
    for (option = strtok_r(options, ",", &saveptr); option && !rc;
         option = strtok_r(NULL, ",", &saveptr))
        rc = parse_dtdev_option(dtdev, option);
    free(options);

    return rc;
}

/*---------------------------- xl rmr-list ---------------------------*/

#ifdef LIBXL_HAVE_RMR_LIST

enum { NODE, STREAMS, REGIONS, CONTEXT, STATE, OWNER, JOINS, LEAVES, FAULTS,
       NR_COLUMNS };

static const char *const headings[NR_COLUMNS] = {
    "Node", "StreamIDs", "Regions", "Context", "State", "Owner", "Joins",
    "Leaves", "Faults",
};

/* Appends to a string that grows; what was there is freed. */
static void append(char **to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void append(char **to, const char *format, ...)
{
    char *more, *all;
    va_list ap;

    va_start(ap, format);
    xvasprintf(&more, format, ap);
    va_end(ap);
    xasprintf(&all, "%s%s", *to ? *to : "", more);
    free(more);
    free(*to);
    *to = all;
}

static char *show_streams(const libxl_rmr_master *m)
{
    char *text = NULL;
    int i;

    for (i = 0; i < m->num_streams; i++) {
        append(&text, "%s0x%"PRIx32, i ? "," : "", m->streams[i].id);
        if (m->streams[i].mask)
            append(&text, "/0x%"PRIx32, m->streams[i].mask);
    }

    return text;
}

/* As in hypfs: =none is a carve-out, =address another address in memory. */
static char *show_regions(const libxl_rmr_master *m)
{
    char *text = NULL;
    int i;

    for (i = 0; i < m->num_regions; i++) {
        const libxl_rmr_region *r = &m->regions[i];

        append(&text, "%s0x%"PRIx64"+0x%"PRIx64, i ? "," : "", r->iova,
               r->size);
        if (r->pa == UINT64_MAX)
            append(&text, "=none");
        else if (r->pa != r->iova)
            append(&text, "=0x%"PRIx64, r->pa);
    }

    return text;
}

static char *show_context(const libxl_rmr_master *m)
{
    char *text = NULL;
    int i;

    if (m->num_banks) {
        for (i = 0; i < m->num_banks; i++)
            append(&text, "%s%"PRIu32, i ? "," : "bank:", m->banks[i]);
    } else if (m->vmid != UINT32_MAX) {
        append(&text, "vmid:%"PRIu32, m->vmid);
    }

    return text;
}

static char *show_state(const libxl_rmr_master *m)
{
    char *text = NULL;

    append(&text, "%s", libxl_rmr_state_to_string(m->state));
    if (m->failed)
        append(&text, ",failed");
    else if (m->kept)
        append(&text, ",kept");
    if (m->relaxed)
        append(&text, ",relaxed");

    return text;
}

static char *show_owner(const libxl_rmr_master *m)
{
    char *text = NULL;

    if (m->owner != UINT32_MAX)
        append(&text, "%s(%"PRIu32")", m->owner_name ? m->owner_name : "",
               m->owner);

    return text;
}

static char *show_number(uint32_t number)
{
    char *text = NULL;

    append(&text, "%"PRIu32, number);

    return text;
}

static void show_master(const libxl_rmr_master *m, char *cells[NR_COLUMNS])
{
    int i;

    cells[NODE] = xstrdup(m->path);
    cells[STREAMS] = show_streams(m);
    cells[REGIONS] = show_regions(m);
    cells[CONTEXT] = show_context(m);
    cells[STATE] = show_state(m);
    cells[OWNER] = show_owner(m);
    cells[JOINS] = show_number(m->joins);
    cells[LEAVES] = show_number(m->leaves);
    cells[FAULTS] = show_number(m->faults);
    /* No cell is empty: a line has the same number of words always. */
    for (i = 0; i < NR_COLUMNS; i++)
        if (!cells[i])
            cells[i] = xstrdup("-");
}

static void print_line(const char *const cells[NR_COLUMNS],
                       const int width[NR_COLUMNS])
{
    int i;

    for (i = 0; i < NR_COLUMNS; i++) {
        if (i >= JOINS)
            printf("%*s", width[i], cells[i]);
        else
            printf("%-*s", width[i], cells[i]);
        putchar(i == NR_COLUMNS - 1 ? '\n' : ' ');
    }
}

static void list_table(const libxl_rmr_master *list, int nr)
{
    char *(*cells)[NR_COLUMNS] = xcalloc(nr + 1, sizeof(*cells));
    int i, column, width[NR_COLUMNS];

    for (column = 0; column < NR_COLUMNS; column++)
        width[column] = strlen(headings[column]);
    for (i = 0; i < nr; i++) {
        show_master(&list[i], cells[i]);
        for (column = 0; column < NR_COLUMNS; column++)
            if (width[column] < (int)strlen(cells[i][column]))
                width[column] = strlen(cells[i][column]);
    }

    print_line(headings, width);
    for (i = 0; i < nr; i++) {
        print_line((const char *const *)cells[i], width);
        for (column = 0; column < NR_COLUMNS; column++)
            free(cells[i][column]);
    }
    free(cells);
}

static int list_json(libxl_rmr_master *list, int nr)
{
    yajl_gen hand = libxl_yajl_gen_alloc(NULL);
    yajl_gen_status s;
    const unsigned char *text;
    libxl_yajl_length len;
    int i;

    if (!hand) {
        fprintf(stderr, "unable to allocate JSON generator\n");
        return EXIT_FAILURE;
    }

    s = yajl_gen_array_open(hand);
    for (i = 0; i < nr && s == yajl_gen_status_ok; i++)
        s = libxl_rmr_master_gen_json(hand, &list[i]);
    if (s == yajl_gen_status_ok)
        s = yajl_gen_array_close(hand);
    if (s == yajl_gen_status_ok)
        s = yajl_gen_get_buf(hand, &text, &len);
    if (s == yajl_gen_status_ok)
        puts((const char *)text);
    else
        fprintf(stderr, "unable to format the list as JSON (YAJL:%d)\n", s);
    yajl_gen_free(hand);

    return s == yajl_gen_status_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main_rmrlist(int argc, char **argv)
{
    static struct option opts[] = {
        {"long", 0, 0, 'l'},
        COMMON_LONG_OPTS
    };
    libxl_rmr_master *list;
    bool details = false;
    int opt, nr, rc = EXIT_SUCCESS;

    SWITCH_FOREACH_OPT(opt, "l", opts, "rmr-list", 0) {
    case 'l':
        details = true;
        break;
    }

    if (optind < argc) {
        help("rmr-list");
        return EXIT_FAILURE;
    }

    /* libxl has said what was wrong. */
    if (libxl_rmr_list(ctx, &list, &nr))
        return EXIT_FAILURE;

    if (details)
        rc = list_json(list, nr);
    else
        list_table(list, nr);
    libxl_rmr_list_free(list, nr);

    return rc;
}

#endif /* LIBXL_HAVE_RMR_LIST */

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
