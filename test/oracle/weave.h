/* weave.h -- rule sets drawn by lot: well typed, as text, and inclined to fire. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/chance.h"
#include "program.h"

/* STATUS_FULL: the arena. */
enum status weave(struct program *program, struct chance chance, struct arena *arena);
