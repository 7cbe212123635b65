/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The serial console: reads what QEMU writes to its standard output, keeps the
 * raw bytes in console.raw and each line with the time of its arrival in
 * console.log, and queues the lines for the runner. No byte is lost: a last
 * line without an end is logged when the machine stops.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"
#include "util.h"

#define LINE_BYTES 4096
#define PIPE_BYTES (1 << 20)

struct queued {
    struct console_line line;
    struct queued *next;
};

static struct {
    int fd;
    FILE *raw, *log;
    char line[LINE_BYTES];
    size_t used;
    struct queued *first, **last;
} con;

void console_open(int fd, const char *run_dir)
{
    con.fd = fd;
    con.raw = open_or_die(format("%s/console.raw", run_dir), "wb");
    con.log = open_or_die(format("%s/console.log", run_dir), "w");
    con.last = &con.first;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    /* Room for what the machine prints while the runner is busy. */
    fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

int console_fd(void)
{
    return con.fd;
}

static void end_line(double time)
{
    struct queued *q = malloc(sizeof(*q));

    while ( con.used && con.line[con.used - 1] == '\r' )
        con.used--;
    con.line[con.used] = 0;
    fprintf(con.log, "%.6f %s\n", time, con.line);
    con.used = 0;

    if ( !q )
        die("out of memory");
    q->line.time = time;
    q->line.text = format("%s", con.line);
    q->next = NULL;
    *con.last = q;
    con.last = &q->next;
}

static void take(char c, double time)
{
    if ( c == '\n' )
        end_line(time);
    else if ( c )
    {
        con.line[con.used++] = c;
        if ( con.used == LINE_BYTES - 1 )
            end_line(time);
    }
}

bool console_read(void)
{
    char buf[8192];
    ssize_t got;

    while ( (got = read(con.fd, buf, sizeof(buf))) > 0 )
    {
        double time = now();

        fwrite(buf, 1, got, con.raw);
        for ( ssize_t i = 0; i < got; i++ )
            take(buf[i], time);
        fflush(con.log);
    }

    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

void console_close(void)
{
    console_read();
    if ( con.used )
        end_line(now());
    fclose(con.raw);
    fclose(con.log);
    close(con.fd);
}

bool console_next(struct console_line *line)
{
    struct queued *q = con.first;

    if ( !q )
        return false;
    *line = q->line;
    con.first = q->next;
    if ( !con.first )
        con.last = &con.first;
    free(q);

    return true;
}
