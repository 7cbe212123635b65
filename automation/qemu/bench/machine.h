/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running machine: a QEMU process and the three channels to it. While any
 * call waits for an answer the console is read on, so its time stamps are
 * those of arrival. After machine_stop() the process is gone, always.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include "scenario.h"

struct inputs {
    const char *run_dir;
    const char *stub, *dtb, *xen, *kernel, *initrd;
    const char *domu_kernel, *domu_initrd, *domu_tree, *domu2_tree;
};

/* Set by the handlers of SIGINT, SIGTERM and SIGHUP. */
extern volatile sig_atomic_t stop_signal;

/* qemu.c */
char **qemu_command(const struct scenario *s, const struct inputs *in);
void qemu_write_config(const struct scenario *s, const char *run_dir);

/* machine.c */
void machine_start(char **argv, const char *run_dir);
bool machine_alive(void);
void machine_stop(void);
/* Wait for console output or until the time; false: the machine is gone. */
bool machine_wait(double until);
/* QMP command with an optional string argument; false: refused, no answer. */
bool machine_command(const char *name, const char *arg, const char *value);
bool machine_shut_down(void);
/* One qtest command; its answer without "OK ", or NULL; valid till the next. */
const char *machine_qtest(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
bool machine_read(uint64_t addr, void *buf, size_t len);

/* Host threads of the first CPUs. */
bool machine_cpu_threads(pid_t *thread, unsigned int nr);
/* Whether QEMU serves its devices now; its late answer is never mixed up. */
bool machine_responds_within(double seconds);

/* console.c */
struct console_line {
    double time;
    char *text;
};

void console_open(int fd, const char *run_dir);
int console_fd(void);
bool console_read(void);
void console_close(void);
/* The oldest line not yet taken; the caller frees its text. */
bool console_next(struct console_line *line);

/* marks.c */
void marks_open(const char *run_dir);
void mark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* hold.c */
bool hold_cpus(void);
void hold_release(void);

/* probe.c */
void probe_console_line(const char *line);
void probe_run(const struct scenario *s, enum probe_moment moment);
void probe_report_missed(const struct scenario *s);

/* storage.c: only at moments at which the controller has no owner */
void storage_receive(const struct scenario *s);

#endif /* BENCH_MACHINE_H */
