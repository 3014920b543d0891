/* crew.h -- the threads of an engine: all do the same, each with its own number. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/engine/engine_inside.h"

/* Starts threads for workers 1 and up; with one thread there is nothing to start.  STATUS_FULL: the
 * system has no more threads. */
enum status crew_create(struct engine *engine, struct arena *boot);
void crew_destroy(struct engine *engine);
/* Every worker does it, worker 0 on the caller's thread; back when all are done. */
void crew_do(struct engine *engine, void (*work)(struct worker *worker));
