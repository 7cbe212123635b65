/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.c: what the code under test stores, as the compiler's callbacks say. */
#ifndef MODEL_HOOKS_H
#define MODEL_HOOKS_H

#include <stddef.h>

/* The store that was announced last has been made: take note of it. */
void hooks_flush(void);
void hooks_reset(void);
size_t hooks_object_size(const void *p);

void host_reset(void);
void host_console_clear(void);

#endif /* MODEL_HOOKS_H */
