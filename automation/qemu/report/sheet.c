/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chooses the screenshots that tell the story of a run and has ImageMagick
 * lay them out as one picture.  Called by analyse.c; html.c embeds the same
 * choice.  The sheet is an extra: without it the verdict stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* Two of each phase, and of a run with few phases some more. */
#define SHOTS_LEAST   12
#define SHOTS_MOST    (2 * MAX_PHASES)

static unsigned int phase_of(const struct run *run, int64_t time)
{
    unsigned int i = run->nr_phases - 1;

    while ( i && time < run->phase[i].begin )
        i--;

    return i;
}

static unsigned int choose(struct run *run, size_t i)
{
    if ( run->shot[i].chosen )
        return 0;
    run->shot[i].chosen = true;

    return 1;
}

/* First and last of each phase, then the middle of the widest gap. */
void sheet_choose(struct run *run)
{
    unsigned int wanted = run->nr_phases * 2, chosen = 0;
    size_t i, last, at;

    if ( wanted < SHOTS_LEAST )
        wanted = SHOTS_LEAST;

    for ( i = 0; i < run->nr_shots && chosen < wanted; i++ )
    {
        unsigned int p = phase_of(run, run->shot[i].time);

        if ( i == 0 || phase_of(run, run->shot[i - 1].time) != p ||
             i == run->nr_shots - 1 ||
             phase_of(run, run->shot[i + 1].time) != p )
            chosen += choose(run, i);
    }
    while ( chosen && chosen < wanted && chosen < run->nr_shots )
    {
        size_t widest = 0;

        for ( i = last = at = 0; i < run->nr_shots; i++ )
        {
            if ( !run->shot[i].chosen )
                continue;
            if ( i - last > widest )
            {
                widest = i - last;
                at = last + widest / 2;
            }
            last = i;
        }
        if ( widest < 2 )
            break;
        chosen += choose(run, at);
    }
}

/* Quietly: a tool that is not there is no news, the caller tries the next. */
static int run_tool(char *const argv[])
{
    pid_t pid = fork();
    int status;

    if ( pid == 0 )
    {
        int null = open("/dev/null", O_RDWR);

        if ( null >= 0 )
        {
            dup2(null, STDIN_FILENO);
            dup2(null, STDOUT_FILENO);
            dup2(null, STDERR_FILENO);
        }
        execvp(argv[0], argv);
        _exit(127);
    }
    if ( pid < 0 )
        return -1;
    while ( waitpid(pid, &status, 0) < 0 )
        if ( errno != EINTR )
            return -1;

    return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

#define MAX_ARGS  (16 + 3 * SHOTS_MOST)

struct args {
    char *arg[MAX_ARGS];
    unsigned int nr;
};

static void put(struct args *a, const char *s)
{
    if ( a->nr < MAX_ARGS - 1 )
        a->arg[a->nr++] = strdup(s);
}

static void free_args(struct args *a)
{
    while ( a->nr )
        free(a->arg[--a->nr]);
}

static void put_shots(struct args *a, const struct run *run, bool labels)
{
    char text[PATH_MAX + 300];
    size_t i;

    for ( i = 0; i < run->nr_shots; i++ )
    {
        const struct shot *s = &run->shot[i];

        if ( !s->chosen )
            continue;
        if ( labels )
        {
            put(a, "-label");
            snprintf(text, sizeof(text), "%s +%.1f s%s",
                     run->phase[phase_of(run, s->time)].name,
                     since(run, s->time),
                     i && s->digest == run->shot[i - 1].digest
                     ? " (unchanged)" : "");
            put(a, text);
        }
        snprintf(text, sizeof(text), "%s%s/%s",
                 run->dir[0] == '/' ? "" : "./", run->dir, s->file);
        put(a, text);
    }
}

static int try_montage(const struct run *run, const char *const tool[],
                       const char *font, bool labels, const char *path)
{
    struct args a = { .nr = 0 };
    char out[PATH_MAX + 8];
    unsigned int i;
    int rc;

    for ( i = 0; i < 2 && tool[i]; i++ )
        put(&a, tool[i]);
    if ( font )
    {
        put(&a, "-font");
        put(&a, font);
    }
    if ( labels )
    {
        put(&a, "-pointsize");
        put(&a, "14");
    }
    put_shots(&a, run, labels);
    put(&a, "-tile");
    put(&a, "4x");
    put(&a, "-geometry");
    put(&a, "320x240+6+6");
    snprintf(out, sizeof(out), "png:%s", path);
    put(&a, out);
    a.arg[a.nr] = NULL;
    rc = run_tool(a.arg);
    free_args(&a);

    return rc || access(path, R_OK) ? -1 : 0;
}

/* The three spellings of one tool, and fonts that may not be there. */
int sheet_write(const struct run *run, const char *path)
{
    static const char *const tools[][3] = {
        { "montage", NULL }, { "magick", "montage", NULL },
        { "/usr/bin/montage", NULL }, { "gm", "montage", NULL },
    };
    static const struct { const char *font; bool labels; } looks[] = {
        { "DejaVu-Sans", true }, { NULL, true }, { NULL, false },
    };
    size_t i, j;

    unlink(path);
    if ( !run->nr_shots )
        return 0;
    for ( j = 0; j < ARRAY_SIZE(looks); j++ )
        for ( i = 0; i < ARRAY_SIZE(tools); i++ )
            if ( !try_montage(run, tools[i], looks[j].font, looks[j].labels,
                              path) )
                return 0;
    fprintf(stderr, "analyse: %s: no montage (ImageMagick) could make it; "
            "the pictures are in %s/shots\n", path, run->dir);

    return -1;
}
