/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the QEMU process and its channels: console (pipe), QMP and qtest
 * (socket pairs that QEMU inherits, so nothing has to be connected or cleaned
 * up). QEMU leads a process group of its own and is ended by its pid on every
 * way out; should the runner be killed, the kernel ends QEMU with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine.h"
#include "util.h"

#define ANSWER_SECONDS 20
#define STOP_SECONDS   5

volatile sig_atomic_t stop_signal;

/* A line-based channel. */
struct channel {
    int fd;
    char buf[65536];
    size_t used, taken;         /* taken: bytes of the line handed out last */
};

static struct {
    pid_t pid;
    struct channel qmp, qtest;
    unsigned int late;          /* qtest answers to come and to be dropped */
    json_t *answer;             /* of the last QMP command */
    bool shut_down;
} machine;

static void child(char **argv, const char *run_dir, int out, int qmp, int qtest)
{
    int err, null = open("/dev/null", O_RDONLY);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if ( chdir(run_dir) )
        _exit(127);
    err = open("qemu.err", O_WRONLY | O_CREAT | O_TRUNC, 0666);

    /* Lift the sockets first: their numbers may be those to be filled. */
    qmp = fcntl(qmp, F_DUPFD, 10);
    qtest = fcntl(qtest, F_DUPFD, 10);
    dup2(null, 0);
    dup2(out, 1);
    dup2(err, 2);
    dup2(qmp, 3);
    dup2(qtest, 4);
    for ( int fd = 5; fd < 64; fd++ )
        close(fd);

    execvp(argv[0], argv);
    dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static const char *read_line(struct channel *ch);

static void greet(void)
{
    /* The greeting comes unasked; commands are accepted after this one. */
    if ( !read_line(&machine.qmp) ||
         !machine_command("qmp_capabilities", NULL, NULL) )
    {
        machine_stop();
        die("QEMU did not start, see qemu.err in the run's folder");
    }
}

void machine_start(char **argv, const char *run_dir)
{
    int out[2], qmp[2], qtest[2];

    if ( pipe2(out, O_CLOEXEC) ||
         socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) ||
         socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qtest) )
        die("cannot make channels to QEMU: %s", strerror(errno));

    machine.pid = fork();
    if ( machine.pid < 0 )
        die("cannot fork: %s", strerror(errno));
    if ( !machine.pid )
        child(argv, run_dir, out[1], qmp[1], qtest[1]);

    setpgid(machine.pid, machine.pid);
    close(out[1]);
    close(qmp[1]);
    close(qtest[1]);
    machine.qmp.fd = qmp[0];
    machine.qtest.fd = qtest[0];
    console_open(out[0], run_dir);
    greet();
}

bool machine_alive(void)
{
    if ( machine.pid > 0 && waitpid(machine.pid, NULL, WNOHANG) )
        machine.pid = 0;

    return machine.pid > 0;
}

bool machine_shut_down(void)
{
    return machine.shut_down;
}

/* Wait on the console and one more fd; true when that one is readable. */
static bool pump(int fd, double until)
{
    do {
        struct pollfd p[2] = {
            { .fd = console_fd(), .events = POLLIN },
            { .fd = fd, .events = POLLIN },
        };
        double left = until - now();
        int rc = poll(p, 2, left > 0 ? (int)(left * 1000) + 1 : 0);

        if ( rc > 0 && p[0].revents && !console_read() )
        {
            /* End of file: nothing more will come, do not spin. */
            machine_alive();
            return false;
        }
        if ( rc > 0 && p[1].revents )
            return true;
        if ( rc > 0 && fd < 0 )
            return false;
    } while ( !stop_signal && now() < until );

    return false;
}

bool machine_wait(double until)
{
    pump(-1, until);
    return machine_alive();
}

static const char *read_line_until(struct channel *ch, double until)
{
    memmove(ch->buf, ch->buf + ch->taken, ch->used - ch->taken);
    ch->used -= ch->taken;
    ch->taken = 0;

    for ( ; ; )
    {
        char *nl = memchr(ch->buf, '\n', ch->used);
        ssize_t got;

        if ( nl )
        {
            *nl = 0;
            ch->taken = nl + 1 - ch->buf;
            return ch->buf;
        }
        if ( ch->used == sizeof(ch->buf) || !pump(ch->fd, until) )
            return NULL;
        got = read(ch->fd, ch->buf + ch->used, sizeof(ch->buf) - ch->used);
        if ( got <= 0 )
            return NULL;
        ch->used += got;
    }
}

static const char *read_line(struct channel *ch)
{
    return read_line_until(ch, now() + ANSWER_SECONDS);
}

static bool send_line(struct channel *ch, const char *line)
{
    char *text = format("%s\n", line);
    bool sent = send(ch->fd, text, strlen(text), MSG_NOSIGNAL) ==
                (ssize_t)strlen(text);

    free(text);
    return sent;
}

/* 1: the command's answer, 0: something else, -1: refused. */
static int judge_answer(const char *line)
{
    json_t *msg = json_loads(line, 0, NULL);
    const char *event = json_string_value(json_object_get(msg, "event"));
    int rc = json_object_get(msg, "return") ? 1 :
             json_object_get(msg, "error") ? -1 : 0;

    if ( event && !strcmp(event, "SHUTDOWN") )
        machine.shut_down = true;
    if ( rc > 0 )
    {
        json_decref(machine.answer);
        machine.answer = json_incref(json_object_get(msg, "return"));
    }
    json_decref(msg);

    return rc;
}

bool machine_command(const char *name, const char *arg, const char *value)
{
    json_t *msg = json_pack("{s:s, s:{}}", "execute", name, "arguments");
    const char *line;
    char *text;
    int rc = 0;

    if ( arg )
        json_object_set_new(json_object_get(msg, "arguments"), arg,
                            json_string(value));
    if ( !strcmp(name, "screendump") )
        json_object_set_new(json_object_get(msg, "arguments"), "format",
                            json_string("png"));
    text = json_dumps(msg, JSON_COMPACT);
    json_decref(msg);

    if ( !send_line(&machine.qmp, text) )
        rc = -1;
    free(text);
    while ( !rc )
    {
        line = read_line(&machine.qmp);
        rc = line ? judge_answer(line) : -1;
    }

    return rc > 0;
}

bool machine_cpu_threads(pid_t *thread, unsigned int nr)
{
    size_t i;
    json_t *cpu;

    if ( !machine_command("query-cpus-fast", NULL, NULL) ||
         json_array_size(machine.answer) < nr )
        return false;
    json_array_foreach(machine.answer, i, cpu)
    {
        json_int_t idx = json_integer_value(json_object_get(cpu, "cpu-index"));

        if ( idx < nr )
            thread[idx] = json_integer_value(json_object_get(cpu, "thread-id"));
    }

    return true;
}

static const char *read_qtest_answer(double until)
{
    const char *line;

    while ( (line = read_line_until(&machine.qtest, until)) )
    {
        if ( strncmp(line, "OK", 2) && strncmp(line, "FAIL", 4) &&
             strncmp(line, "ERR", 3) )
            continue;                   /* an interrupt report */
        if ( !machine.late )
            return line;
        machine.late--;
    }
    machine.late++;

    return NULL;
}

bool machine_responds_within(double seconds)
{
    return send_line(&machine.qtest, "readl 0x9050000") &&
           read_qtest_answer(now() + seconds);
}

const char *machine_qtest(const char *fmt, ...)
{
    va_list args;
    char *text;
    const char *line;
    bool sent;

    va_start(args, fmt);
    if ( vasprintf(&text, fmt, args) < 0 )
        die("out of memory");
    va_end(args);
    sent = send_line(&machine.qtest, text);
    free(text);

    line = sent ? read_qtest_answer(now() + ANSWER_SECONDS) : NULL;
    if ( !line || line[0] != 'O' )
        return NULL;

    return line[2] ? line + 3 : line + 2;
}

bool machine_read(uint64_t addr, void *buf, size_t len)
{
    const char *hex = machine_qtest("read %#llx %#zx",
                                    (unsigned long long)addr, len);

    if ( !hex || strncmp(hex, "0x", 2) || strlen(hex) < 2 + 2 * len )
        return false;
    for ( size_t i = 0; i < len; i++ )
    {
        unsigned int byte;

        if ( sscanf(hex + 2 + 2 * i, "%2x", &byte) != 1 )
            return false;
        ((uint8_t *)buf)[i] = byte;
    }

    return true;
}

static bool gone_within(double seconds)
{
    double until = now() + seconds;

    while ( machine_alive() && now() < until )
    {
        console_read();
        usleep(10000);
    }

    return !machine_alive();
}

void machine_stop(void)
{
    /* QEMU that is asked to quit completes the wav file's header. */
    if ( machine_alive() )
        send_line(&machine.qmp, "{\"execute\":\"quit\"}");
    if ( !gone_within(STOP_SECONDS) )
        kill(machine.pid, SIGTERM);
    if ( !gone_within(STOP_SECONDS) )
        kill(machine.pid, SIGKILL);
    while ( !gone_within(STOP_SECONDS) )
        ;
    console_close();
    close(machine.qmp.fd);
    close(machine.qtest.fd);
}
